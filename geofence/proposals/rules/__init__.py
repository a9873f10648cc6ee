"""What a proposal must say, who may publish it, and what becomes of drawn places."""
