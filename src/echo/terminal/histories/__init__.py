"""Histories of real accounts, read from the files that terminals and people write."""
