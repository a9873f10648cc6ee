"""Private services: a PostgreSQL cluster and a broker that end with the command that started them."""
