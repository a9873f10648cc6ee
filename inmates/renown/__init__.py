"""People who are widely known: each look at their file is looked at afterwards."""
