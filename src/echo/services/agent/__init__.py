"""The Agent's shell: pipes, stream and ledger around the bridge."""
