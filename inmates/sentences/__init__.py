"""What a court said, what changed it since, and when it ends: computed from facts, and explained."""
