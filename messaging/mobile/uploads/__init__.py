"""Files from telephones: sent in parts that survive any cut, sealed, sniffed, and looked at before use."""
