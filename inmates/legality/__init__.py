"""The guard of legality: deeds of staff are held against rules, and oversight hears of it."""
