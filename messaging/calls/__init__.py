"""Video and voice calls between browsers: booked, let in by a pass, and only the fact of the call kept."""
