"""Wakes devices that sleep: a push that says nothing but that something is new."""
