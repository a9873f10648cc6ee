"""E-monitoring: devices, who wears them, and what they report."""
