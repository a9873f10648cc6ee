"""A whole country's devices in one process: columns instead of objects, tens of thousands of real connections."""
