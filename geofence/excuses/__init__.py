"""What a supervised person says about an alert: in time, once; a human decides what it is worth."""
