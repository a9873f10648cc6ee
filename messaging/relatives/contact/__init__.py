"""What a confirmed relative may learn, book and ask: the status card, visits and calls, advice."""
