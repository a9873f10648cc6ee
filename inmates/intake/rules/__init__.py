"""What a row says, and what becomes of it. Pure."""
