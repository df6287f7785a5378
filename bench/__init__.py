"""Measurements: what Echo adds to the raw parts that it is made of."""
