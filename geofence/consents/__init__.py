"""Consent of those who carry a device for their own protection, or escort: given, withdrawn, given again."""
