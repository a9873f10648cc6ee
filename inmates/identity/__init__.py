"""Who somebody is: identity as documents give it, finding people, duplicates and merges."""
