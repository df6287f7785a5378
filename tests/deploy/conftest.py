"""Servers for the tests of this folder."""

from tests.servers.fixtures import cluster, server

__all__ = ["cluster", "server"]
