"""What the doctor finds: a thing, how it is, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    found: str
    advice: str = ""
    """What to do about it; empty when all is well."""
