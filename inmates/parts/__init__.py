"""What a closed compartment gives to a person's own file: written by its profession, opened by the person."""
