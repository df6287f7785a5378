"""The Agent as a service of Windows: how it is installed, started by Windows, and told to end."""
