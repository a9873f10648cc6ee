"""What each topic of the record can hold of a person, written straight into the database of a test."""
