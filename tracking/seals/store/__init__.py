"""Seals in the database: what the worker reads and writes, and what enrols and shows."""
