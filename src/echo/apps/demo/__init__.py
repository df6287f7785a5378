"""The demo: real programs copy real trades over a real market, at brokers made of paper."""
