"""The rights clock: what is owed to whom, when, and what came too late."""
