"""Pages of the register of conflicts of interest."""
