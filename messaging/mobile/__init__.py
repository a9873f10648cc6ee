"""What a telephone with bad coverage needs of an API: nothing twice, nothing lost, what changed, files."""
