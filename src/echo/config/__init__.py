"""Settings: every one declared once, read from anywhere, refused with a sentence."""
