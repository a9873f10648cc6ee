"""The register of conflicts of interest: whom of the people a member of staff knows from outside."""
