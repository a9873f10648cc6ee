"""E-jazo: the people, their orders, and who works with them."""
