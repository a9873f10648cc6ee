"""Incidents: related alerts of one person on one card, derived from facts; what officers do with a card."""
