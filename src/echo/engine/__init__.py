"""The Core's brain: events in, effects out; no clock, no chance, no I/O."""
