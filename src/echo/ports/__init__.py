"""The doors of the house: Protocols that adapters fulfil, and the errors that may come through."""
