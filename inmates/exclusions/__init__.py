"""From whom something is kept, whatever their role says: the accused, their unit, whoever acts for them."""
