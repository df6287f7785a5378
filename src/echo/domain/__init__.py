"""The vocabulary and the rules of copying trades: frozen values and pure functions."""
