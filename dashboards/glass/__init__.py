"""Pages of emergencies: opening a file that is not one's own, and looking at it afterwards."""
