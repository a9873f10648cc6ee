"""E-murojaat: what people say to each other. Appeals, notices, advice, visits and calls."""
