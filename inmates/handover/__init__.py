"""A person's own file as a whole: given to the person, certified on release, handed over to health care."""
