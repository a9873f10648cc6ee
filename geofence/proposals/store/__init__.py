"""All SQL of proposals and collections."""
