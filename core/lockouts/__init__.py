"""Slow-down of guessers by account and by address: kept in the database, it outlives a restart (ADR-0030)."""
