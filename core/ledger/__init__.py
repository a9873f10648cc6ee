"""Proof that what was written still stands: append-only tables under signed Merkle trees (docs/ledger.md)."""
