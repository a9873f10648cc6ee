"""Early-warning flags: sums anybody can check, which do nothing until a named human has decided."""
