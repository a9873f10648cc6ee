"""A training platform: made-up people only, a mark on everything that leaves it, scored exercises."""
