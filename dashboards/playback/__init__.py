"""A person's past: a day as a map, a time as it is played, and both on paper."""
