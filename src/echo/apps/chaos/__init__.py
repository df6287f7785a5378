"""Chaos: the demo's programs, killed, frozen, cut off and starved on purpose."""
