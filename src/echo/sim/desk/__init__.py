"""The real services at one desk: virtual time, links in memory, processes that are killed."""
