"""Photos of a person: each is kept, a later one stands before an earlier one, a mistaken one is withdrawn."""
