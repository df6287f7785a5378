"""``echo-agent.exe``: the Agent in a window, or, when Windows starts it, as a service."""

import sys

if "--service" in sys.argv:
    from echo.apps.windows.service import main
else:
    from echo.apps.agent import main

main()
