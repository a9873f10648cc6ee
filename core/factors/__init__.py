"""Second factors: codes by the clock, passkeys, recovery codes, and who must have one (ADR-0030)."""
