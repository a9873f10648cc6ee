"""A country's devices in one process: columns instead of objects, over tens of thousands of connections."""
