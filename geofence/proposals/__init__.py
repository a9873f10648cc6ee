"""Zones and hours as somebody proposes them: drafted by one, looked at before, published by another."""
