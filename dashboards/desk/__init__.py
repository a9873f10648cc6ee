"""The officers' desk: people, alerts, shifts, tasks."""
