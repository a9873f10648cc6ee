"""Seals on what devices send: whose a message is, and whether one is missing, doubled, or out of place."""
