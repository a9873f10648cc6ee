"""Who says to be related to whom, what an officer found, and whether the person inside consents."""
