"""What custody keeps: movements and stays, admissions, places and who sleeps there."""
