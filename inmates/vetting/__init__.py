"""Access reviews: each manager confirms or ends, one by one, what their people may do and where."""
