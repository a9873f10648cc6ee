"""Accounts of relatives: a telephone proved by a code, devices that are signed in, and their tokens."""
