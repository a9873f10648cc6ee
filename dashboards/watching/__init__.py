"""Pages of those who look after others' work: oversight, who complained, cards of units, ratings."""
