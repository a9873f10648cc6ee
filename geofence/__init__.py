"""E-monitoring: zones, hours, verdicts, breaches and alerts."""
