"""What the screens read across packages: the only place that does."""
