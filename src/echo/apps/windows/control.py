"""Services as Windows keeps them: installed, started, stopped, asked about, removed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

from echo.apps.windows.plan import (
    DESCRIPTION,
    FAILURES_FORGOTTEN_AFTER_S,
    RESTART_AFTER_MS,
    ServicePlan,
    ServiceRefused,
    ServiceState,
)

LOOK_EVERY_S: Final = 0.1
STARTED_WITHIN_S: Final = 40.0
STATES: Final = {1: "stopped", 2: "starting", 3: "stopping", 4: "running"}
"""Source: winsvc.h, SERVICE_STATUS_PROCESS.dwCurrentState; paused states do not occur."""

ACCESS_DENIED, MARKED_FOR_DELETE, NOT_INSTALLED = 5, 1072, 1060
ALREADY_RUNNING, TAKES_NO_ORDERS, NOT_RUNNING, NEVER_STARTED = 1056, 1061, 1062, 1077
HINTS: Final = {
    ACCESS_DENIED: "run this in a window that was opened as administrator",
    NOT_INSTALLED: "install it with echoctl agent install-service",
    MARKED_FOR_DELETE: "close the window that lists services, then try again",
}

EVENT_SOURCES: Final = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"


class Control(Protocol):
    """What is asked of Windows.  Everything raises ``ServiceRefused`` where Windows refuses."""

    def install(self, plan: ServicePlan) -> list[str]:
        """Install a service, or change the one of that name; return what could not be set."""

    def remove(self, name: str) -> None:
        """Remove a stopped service; what it has written stays."""

    def start(self, name: str) -> None:
        """Ask for its start; one that runs already is left alone."""

    def stop(self, name: str) -> None:
        """Ask for its end; one that does not run is left alone."""

    def state(self, name: str) -> ServiceState | None:
        """Return how it is; ``None`` = not installed."""

    def user_sid(self, name: str) -> str:
        """Return the SID of a user; empty = of whoever runs this program."""


def reached(
    control: Control,
    name: str,
    wanted: str,
    *,
    within_s: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> ServiceState:
    """Wait until the service is in the state *wanted*.

    Raises:
        ServiceRefused: it is not installed, has ended instead, or takes longer.
    """
    deadline = clock() + within_s
    while True:
        state = control.state(name)
        if state is None:
            raise ServiceRefused(f"{name} is not installed", HINTS[NOT_INSTALLED])
        if state.state == wanted:
            return state
        ended = wanted == "running" and state.state == "stopped"
        if ended or clock() >= deadline:
            why = f"has ended with code {state.exit_code}" if ended else f"is {state.state}"
            raise ServiceRefused(
                f"{name} {why}, {wanted} was wanted within {within_s:g} s",
                "its log, and the event log of Windows (Application), say why",
            )
        sleep(LOOK_EVERY_S)


def is_gone(
    control: Control,
    name: str,
    *,
    within_s: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Wait until a removed service is no longer there; say whether that came true."""
    deadline = clock() + within_s
    while control.state(name) is not None:
        if clock() >= deadline:
            return False
        sleep(LOOK_EVERY_S)
    return True


@contextmanager
def _asked(what: str) -> Iterator[None]:  # pragma: no cover -- run on Windows Python under Wine
    """Turn what Windows refuses into a sentence."""
    import pywintypes

    try:
        yield
    except pywintypes.error as error:
        sentence = f"{what}: {error.strerror} (Windows error {error.winerror})"
        raise ServiceRefused(sentence, HINTS.get(error.winerror, "")) from error


class WindowsServices:  # pragma: no cover -- run on Windows Python under Wine
    """The services of this Windows, by pywin32."""

    def __init__(self) -> None:
        try:
            import win32service
        except ImportError as error:
            raise ServiceRefused(
                "pywin32 is not installed", "install Echo with its extra 'windows'"
            ) from error
        self._api: Any = win32service

    def install(self, plan: ServicePlan) -> list[str]:
        """Install, or change what is installed."""
        api = self._api
        kinds = (api.SERVICE_WIN32_OWN_PROCESS, api.SERVICE_AUTO_START, api.SERVICE_ERROR_NORMAL)
        with _asked(f"{plan.name} cannot be installed"), self._scm() as scm:
            if self.state(plan.name) is None:
                service = api.CreateService(
                    scm,
                    plan.name,
                    plan.display_name,
                    api.SERVICE_ALL_ACCESS,
                    *kinds,
                    plan.command_line,
                    None,
                    0,
                    None,
                    plan.account,
                    None,
                )
            else:
                service = api.OpenService(scm, plan.name, api.SERVICE_ALL_ACCESS)
                api.ChangeServiceConfig(
                    service,
                    *kinds,
                    plan.command_line,
                    None,
                    0,
                    None,
                    plan.account,
                    None,
                    plan.display_name,
                )
            try:
                return [*self._refined(service), *_event_source(plan.name)]
            finally:
                api.CloseServiceHandle(service)

    def _refined(self, service: Any) -> Iterator[str]:
        """Set what older Windows, or none at all, may not know; yield what was not taken."""
        import pywintypes

        api = self._api
        restarts = [(api.SC_ACTION_RESTART, wait_ms) for wait_ms in RESTART_AFTER_MS]
        wanted = {
            "its description": (api.SERVICE_CONFIG_DESCRIPTION, DESCRIPTION),
            "its restart after a failure": (
                api.SERVICE_CONFIG_FAILURE_ACTIONS,
                {
                    "ResetPeriod": FAILURES_FORGOTTEN_AFTER_S,
                    "RebootMsg": "",
                    "Command": "",
                    "Actions": restarts,
                },
            ),
            "its restart after an end with an error": (
                api.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG,
                True,
            ),
            "its own SID": (api.SERVICE_CONFIG_SERVICE_SID_INFO, api.SERVICE_SID_TYPE_UNRESTRICTED),
        }
        for what, (level, value) in wanted.items():
            try:
                api.ChangeServiceConfig2(service, level, value)
            except (pywintypes.error, NotImplementedError) as error:
                yield f"{what} could not be set: {error}"

    def remove(self, name: str) -> None:
        """Remove it."""
        with _asked(f"{name} cannot be removed"), self._service(name) as service:
            self._api.DeleteService(service)
        _forget_event_source(name)

    def start(self, name: str) -> None:
        """Start it."""
        what = f"{name} cannot be started"
        self._unless((ALREADY_RUNNING,), what, name, self._api.StartService, None)

    def stop(self, name: str) -> None:
        """Stop it."""
        api = self._api
        what = f"{name} cannot be stopped"
        # One that is about to end takes no orders either: whoever waits for its end gets it.
        harmless = (NOT_RUNNING, TAKES_NO_ORDERS)
        self._unless(harmless, what, name, api.ControlService, api.SERVICE_CONTROL_STOP)

    def state(self, name: str) -> ServiceState | None:
        """Look."""
        import pywintypes

        api = self._api
        with _asked(f"{name} cannot be looked at"), self._scm(api.SC_MANAGER_CONNECT) as scm:
            try:
                service = api.OpenService(
                    scm, name, api.SERVICE_QUERY_STATUS | api.SERVICE_QUERY_CONFIG
                )
            except pywintypes.error as error:
                if error.winerror == NOT_INSTALLED:
                    return None
                raise
            try:
                told = api.QueryServiceStatusEx(service)
                kept = api.QueryServiceConfig(service)
            finally:
                api.CloseServiceHandle(service)
        code = told["Win32ExitCode"]
        return ServiceState(
            name=name,
            state=STATES.get(told["CurrentState"], f"in state {told['CurrentState']}"),
            pid=told["ProcessId"],
            exit_code=0 if code == NEVER_STARTED else told["ServiceSpecificExitCode"] or code,
            command_line=kept[3],
            account=kept[7],
        )

    def user_sid(self, name: str) -> str:
        """Ask who somebody is."""
        import win32security

        if not name:
            from echo.links.pipe_windows import own_sid

            return own_sid()
        with _asked(f"{name} is no user of this machine or its domain"):
            sid, _, _ = win32security.LookupAccountName(None, name)
            return str(win32security.ConvertSidToStringSid(sid))

    def _unless(
        self,
        harmless: tuple[int, ...],
        what: str,
        name: str,
        call: Callable[..., object],
        argument: object,
    ) -> None:
        import pywintypes

        with _asked(what), self._service(name) as service:
            try:
                call(service, argument)
            except pywintypes.error as error:
                if error.winerror not in harmless:
                    raise

    @contextmanager
    def _scm(self, access: int | None = None) -> Iterator[Any]:
        api = self._api
        scm = api.OpenSCManager(None, None, api.SC_MANAGER_ALL_ACCESS if access is None else access)
        try:
            yield scm
        finally:
            api.CloseServiceHandle(scm)

    @contextmanager
    def _service(self, name: str) -> Iterator[Any]:
        api = self._api
        with self._scm() as scm:
            service = api.OpenService(scm, name, api.SERVICE_ALL_ACCESS)
            try:
                yield service
            finally:
                api.CloseServiceHandle(service)


def _event_source(name: str) -> list[str]:  # pragma: no cover -- run under Wine
    """Register where Windows finds the words of the service's events; return what failed."""
    import servicemanager

    registry: Any = __import__("winreg")
    try:
        with registry.CreateKey(registry.HKEY_LOCAL_MACHINE, rf"{EVENT_SOURCES}\{name}") as key:
            registry.SetValueEx(
                key, "EventMessageFile", 0, registry.REG_SZ, servicemanager.__file__
            )
            registry.SetValueEx(key, "TypesSupported", 0, registry.REG_DWORD, 7)
    except OSError as error:
        return [f"its place in the event log could not be set: {error}"]
    return []


def _forget_event_source(name: str) -> None:  # pragma: no cover -- run under Wine
    registry: Any = __import__("winreg")
    with suppress(OSError):
        registry.DeleteKey(registry.HKEY_LOCAL_MACHINE, rf"{EVENT_SOURCES}\{name}")
