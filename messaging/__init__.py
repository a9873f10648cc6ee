"""E-murojaat, what people say to each other: appeals, receipts, sealed boxes, advice, visits and calls."""
