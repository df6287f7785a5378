"""``echoctl.exe``: the command line."""

from echo.apps.cli.main import main

main()
