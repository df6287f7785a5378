"""A PostgreSQL for the programs that can keep their journal there."""

from tests.servers.fixtures import cluster, server

__all__ = ["cluster", "server"]
