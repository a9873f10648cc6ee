"""What is due to a person inside: visits, calls, parcels, by the law of the day, and what was used of it."""
