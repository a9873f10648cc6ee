"""The supervised person's own page: what is recorded, what comes next, what happened, who looked."""
