"""The program that Windows starts: it says at once that it is there, and then loads the Agent.

Windows gives a service 30 s to say that; a slow machine that has just been started may need most
of them to load what the Agent needs.  So what is imported at the top of this module is little.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from echo.links.rolling_file import RollingFile

if TYPE_CHECKING:
    from echo.apps.windows.hosted import Hosted

PROGRAM: Final = "echo-agent"
LOG_FILE: Final = "echo-agent.log"
STARTED_WITHIN_MS: Final = 30_000
"""How long Windows is asked to wait for the pipes to be served."""
STOPPED_WITHIN_MS: Final = 7_000
"""The same for the end: the Agent's own limit, and some time to spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What the command line of a service says; ``name``: under which Windows knows it."""

    name: str
    config: str
    state_dir: Path


def service_options(arguments: Sequence[str]) -> ServiceOptions:
    """Read the command line that `ServicePlan.command_line` has made."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, allow_abbrev=False, description="Started by Windows, as a service."
    )
    parser.add_argument("--service", required=True, metavar="NAME")
    parser.add_argument("--config", required=True)
    parser.add_argument("--state-dir", required=True, type=Path)
    options = parser.parse_args(arguments)
    return ServiceOptions(name=options.service, config=options.config, state_dir=options.state_dir)


def use_log(folder: Path) -> RollingFile:
    """Send what is printed into the log in *folder*: a service has no standard output.

    Raises:
        OSError: the log cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = RollingFile(folder / LOG_FILE)
    sys.stdout = sys.stderr = io.TextIOWrapper(
        log,
        encoding="utf-8",
        errors="backslashreplace",
        write_through=True,
    )
    return log


def service_class(options: ServiceOptions) -> Any:  # pragma: no cover -- run under Wine
    """Return the class that pywin32 hosts."""
    import servicemanager
    import win32service
    import win32serviceutil

    class EchoAgentService(win32serviceutil.ServiceFramework):  # type: ignore[misc]  # of pywin32
        """Steps between Windows and `Hosted`."""

        _svc_name_ = options.name

        def __init__(self, arguments: Sequence[str]) -> None:
            super().__init__(arguments)
            self._hosted: Hosted | None = None

        def SvcRun(self) -> None:
            """Run; what is raised here makes Windows start the service again."""
            self.ReportServiceStatus(win32service.SERVICE_START_PENDING, STARTED_WITHIN_MS)
            servicemanager.LogInfoMsg(f"{options.name} starts with {options.config}")
            from echo.apps.windows.hosted import Hosted, ServiceFailed

            self._hosted = Hosted(
                options.name, options.config, running=self._is_running, hung=self._is_hung
            )
            try:
                self._hosted.run()
            except ServiceFailed as failed:
                servicemanager.LogErrorMsg(f"{options.name}: {failed}")
                raise
            servicemanager.LogInfoMsg(f"{options.name} has stopped")

        def SvcStop(self) -> None:
            """End in order.  Windows does not ask before the service has said that it runs."""
            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, STOPPED_WITHIN_MS)
            if self._hosted is not None:
                self._hosted.stop()

        SvcShutdown = SvcStop

        def _is_running(self, where: str) -> None:
            self.ReportServiceStatus(win32service.SERVICE_RUNNING)
            servicemanager.LogInfoMsg(f"{options.name} is ready: {where}")

        def _is_hung(self) -> None:
            # Told to stop and not started again: the state says that it has ended.
            servicemanager.LogErrorMsg(f"{options.name} did not end in time and was ended")
            self.ReportServiceStatus(win32service.SERVICE_STOPPED)

    return EchoAgentService


def main() -> None:  # pragma: no cover -- run under Wine
    """Be the service that Windows has just started."""
    import servicemanager

    options = service_options(sys.argv[1:])
    servicemanager.Initialize()
    try:
        log = use_log(options.state_dir)
        os.chdir(options.state_dir)
    except OSError as error:
        servicemanager.LogErrorMsg(f"{options.name} cannot use {options.state_dir}: {error}")
        sys.exit(1)
    try:
        servicemanager.PrepareToHostSingle(service_class(options))
        servicemanager.StartServiceCtrlDispatcher()
    except Exception as error:
        log.write(f"{PROGRAM}: {error!r}\n".encode())
        sys.exit(1)


if __name__ == "__main__":
    main()
