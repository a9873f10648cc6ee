"""Boxes as the database holds them: keys and openings, letters and answers."""
