"""Conduct: incidents, hearings, sanctions, incentives, findings; each with who decided and why."""
