"""The page of a training platform: exercises are asked for, and how they went."""
