"""ejazo chaos: everything fails in turn under load, and afterwards nothing is missing."""
