"""Orders under supervision as the records hold them: the SQL of the topic."""
