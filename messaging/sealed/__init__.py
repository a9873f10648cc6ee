"""Boxes whose letters are sealed in the sender's own device: we keep what we cannot read (ADR-0029)."""
