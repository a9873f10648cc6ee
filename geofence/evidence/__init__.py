"""Evidence for a court: one file with reports, rules, verdicts and proofs, checked without us (ADR-0033)."""
