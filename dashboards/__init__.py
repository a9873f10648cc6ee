"""The officers' screens: reads across packages and live maps."""
