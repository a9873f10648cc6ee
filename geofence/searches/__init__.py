"""Searches by place and time that were made: for whom they were asked, how they were answered, by what."""
