"""The editor of zones and hours: drawing, templates, what would have been, the second pair of eyes."""
