"""What would have been: a recorded day under another policy."""
