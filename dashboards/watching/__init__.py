"""Pages of those who look after others' work: the watch over who complained, cards of units, ratings."""
