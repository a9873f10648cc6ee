"""What stands out in who looked at what and came from where; oversight decides what it is."""
