"""Files that relatives attach to appeals and claims, and how those who decide see them."""
