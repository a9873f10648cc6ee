"""Pages of those who look after others' work: the watch over who complained, cards of units, ratings."""

from dashboards.watching.pages import router as router
