"""Open data: a month of electronic monitoring for everybody, from which nobody can be picked out."""
