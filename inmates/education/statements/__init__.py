"""A minimal learning record store: xAPI 1.0.3 statements of learning platforms, and what they say of whom."""
