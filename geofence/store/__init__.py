"""The only SQL of this package: asyncpg for the worker, SQLAlchemy for the records."""
