"""The figures' questions: counted where the rows lie, within the caller's people."""
