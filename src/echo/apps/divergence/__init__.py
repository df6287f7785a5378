"""Reports on divergence: what is read, and how it is shown."""
