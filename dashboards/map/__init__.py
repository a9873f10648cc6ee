"""The live map: who listens, what each may see, and how it is told; and small maps as data."""
