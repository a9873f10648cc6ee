"""Patterns in who looked at what: mass reading, exports by night, searches by trial; oversight decides."""
