"""Pages of the search by place and time, and of the searches that were made."""
