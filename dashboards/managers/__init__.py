"""The manager's view: how the work is spread, what alerts come to, how devices and coverage stand."""
