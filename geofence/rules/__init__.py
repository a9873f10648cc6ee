"""What decides: pure functions of values; the definition of every verdict."""
