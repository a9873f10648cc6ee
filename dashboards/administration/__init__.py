"""Running an institution: how full it is, its work and wages, and files of people brought in."""
