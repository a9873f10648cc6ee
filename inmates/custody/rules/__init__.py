"""The decisions of custody: what may follow what, what an admission needs, who may sleep beside whom."""
