"""The yearly report on people under supervision in the shape of SPACE II (Council of Europe)."""
