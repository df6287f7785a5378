"""Figures, traces and their exits: what programs tell about themselves, off the path of a copy."""
