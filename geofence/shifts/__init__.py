"""What one officer hands over to the next at the end of a shift."""
