"""Second factors of an account: codes by the clock, passkeys, recovery codes, and who must have one (ADR-0028)."""
