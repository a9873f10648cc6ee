"""Orders under supervision: from the court's act over obligations, fitting and proposals to one release."""
