"""Appeals: the inbox, one appeal, delays in public, receipts, and sealed boxes."""
