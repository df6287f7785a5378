"""What a service is to be, decided before Windows is asked: names, access, and reasons against."""

import hashlib
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

SERVICE_NAME: Final = "EchoAgent"
DESCRIPTION: Final = "Joins the MetaTrader terminals of this machine to the Core of Echo."
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

RESTART_AFTER_MS: Final = (1_000, 5_000, 30_000)
"""Waits before Windows starts a failed service again; the last one counts for all that follow."""
FAILURES_FORGOTTEN_AFTER_S: Final = 86_400

HOST_MODULE: Final = "echo.apps.windows.service"
FROZEN_PROGRAM: Final = "echo-agent.exe"


class ServiceRefused(Exception):
    """It cannot be done.

    Attributes:
        sentence: Why.
        hint: What to do next.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.hint = sentence, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """A service as Windows is to keep it.

    ``state_dir``: where its log is, and what relative paths of its settings start at;
    ``command``: program and first arguments, as `host_command` returns them.
    """

    name: str
    config: str
    state_dir: str
    command: tuple[str, ...]

    @property
    def display_name(self) -> str:
        """What people see in the list of services."""
        return "Echo Agent" if self.name == SERVICE_NAME else f"Echo Agent ({self.name})"

    @property
    def account(self) -> str:
        """The account that it runs as: one of its own that Windows keeps, without a password."""
        return rf"NT SERVICE\{self.name}"

    @property
    def sid(self) -> str:
        """The SID of that account."""
        return service_sid(self.name)

    @property
    def command_line(self) -> str:
        """What Windows runs."""
        options = ("--service", self.name, "--config", self.config, "--state-dir", self.state_dir)
        return subprocess.list2cmdline((*self.command, *options))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service as Windows has it.

    ``state``: ``stopped``, ``starting``, ``running`` or ``stopping``; ``pid`` 0 = no process;
    ``exit_code``: of its last end, 0 = it was told to.
    """

    name: str
    state: str
    pid: int
    exit_code: int
    command_line: str
    account: str


def service_sid(name: str) -> str:
    """Return the SID that Windows gives to the service *name*.

    Source: the name in capitals, UTF-16, hashed with SHA-1; five words of 32 bits
    ([MS-DTYP] 2.4.2.4, NT SERVICE).
    """
    digest = hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))


def checked_name(name: str) -> str:
    """Return *name* if a service can have it.  Raises ``ServiceRefused``."""
    if NAME.fullmatch(name) is None:
        raise ServiceRefused(
            f"{name[:80]!r} cannot name a service",
            "use a letter, then up to 63 letters, digits, '_' and '-'",
        )
    return name


def host_command(executable: str, *, frozen: bool) -> tuple[str, ...]:
    """Return how the service's program is started: the frozen one, or a module of this Python."""
    if frozen:
        return (str(PureWindowsPath(executable).with_name(FROZEN_PROGRAM)),)
    return (executable, "-m", HOST_MODULE)


def demand_servable(
    *, executable: str, prefix: str, base_prefix: str, home: Path | PureWindowsPath, frozen: bool
) -> None:
    """Demand a Python that an account of its own can use.

    Raises:
        ServiceRefused: it is a virtual environment, or lies in one person's folder.
    """
    hint = "use the installer (echo-agent-setup.exe), or a Python that is installed for all users"
    if not frozen and prefix != base_prefix:
        raise ServiceRefused(
            f"{prefix} is a virtual environment: Windows starts services without one, and what is"
            " in it disappears when it is made anew",
            hint,
        )
    program = PureWindowsPath(executable)
    if program.is_relative_to(PureWindowsPath(home)):
        raise ServiceRefused(
            f"{program} lies in the folder of one person ({home}), which the service's account"
            " cannot read",
            hint,
        )
