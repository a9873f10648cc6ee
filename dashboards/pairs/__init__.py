"""Pages of pairs: who must keep away from whom, or stay with whom, how far apart they are, and consent."""
