"""Booking calls, letting the two parties in, and keeping that a call took place."""
