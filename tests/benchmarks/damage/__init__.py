"""What `ejazo bench fuzz` feeds to the doors of the platform: a section a module."""
