"""Open data: figures of appeals for everybody, from which nobody can be picked out."""
