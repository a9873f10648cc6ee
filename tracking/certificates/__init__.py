"""Certificates of devices from a local authority: issued, revoked, listed for the broker (ADR-0031)."""
