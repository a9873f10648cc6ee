"""Devices that do not exist, to show and to load-test the real system."""
