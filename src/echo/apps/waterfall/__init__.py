"""One trade as a waterfall: every step of every copy, when and how long."""
