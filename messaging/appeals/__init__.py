"""The register of appeals: what relatives and inmates ask, complain of and propose, and what became of it."""
