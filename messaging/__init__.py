"""E-murojaat: what people say to each other: appeals, their receipts, sealed boxes, and open figures."""
