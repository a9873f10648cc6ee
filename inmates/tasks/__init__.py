"""What somebody has to do about a person: opened by rules and services, done by a named human."""
