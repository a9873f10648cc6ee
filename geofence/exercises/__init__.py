"""Exercises of a training platform: scenes with made-up people, and how well an officer answered them."""
