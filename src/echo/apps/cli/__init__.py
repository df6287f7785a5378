"""``echoctl``: the operator's command line."""
