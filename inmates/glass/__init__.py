"""Breaking the glass: a file not one's own, read for a while in an emergency, looked at afterwards."""
