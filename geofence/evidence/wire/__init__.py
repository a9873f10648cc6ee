"""A bundle as bytes: rows, rules, verdicts, the manifest that names them all, and the archive around them."""
