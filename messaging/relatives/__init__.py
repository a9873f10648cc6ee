"""Relatives: their accounts, whom they are related to, and what they may learn, book and ask."""
