"""Work: jobs and who does them, hours and pieces, wages with what the law lets be taken from them."""
