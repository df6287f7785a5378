"""Who may read and write what the service needs: its folder, its settings, its certificates."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from echo.apps.windows.plan import ServiceRefused
from echo.apps.windows.service import LOG_FILE
from echo.config.settings import AgentSettings

OWN_NAMES: Final = (LOG_FILE, "var", "agent.state")
"""How names begin that the Agent itself makes in its folder."""
MODIFY: Final = "0x1301bf"
"""Everything but changing who may: FILE_ALL_ACCESS without WRITE_DAC, WRITE_OWNER."""


def folder_access(service_sid: str) -> str:
    """Return who may use the service's folder, in SDDL: the system, administrators, the service.

    What is in it, journals of trades and logs, is nobody else's business.
    """
    inherited = "OICI"
    return (
        f"D:P(A;{inherited};FA;;;SY)(A;{inherited};FA;;;BA)(A;{inherited};{MODIFY};;;{service_sid})"
    )


def demand_own_folder(settings: AgentSettings, state_dir: Path) -> None:
    """Demand that *state_dir* can be shut to everybody else, and that the ledger is in it.

    Raises:
        ServiceRefused: something else lies in it, or the ledger is to lie elsewhere.
    """
    ledger = state_dir / settings.ledger_path
    if not ledger.is_relative_to(state_dir):
        raise ServiceRefused(
            f"agent/delivery/ledger_path = {settings.ledger_path} is outside of {state_dir}, the"
            " only folder that the service may write",
            "make it relative, and name the folder with --state-dir",
        )
    own = (*OWN_NAMES, ledger.relative_to(state_dir).parts[0])
    if others := [each for each in sorted(_names(state_dir)) if not each.startswith(own)]:
        raise ServiceRefused(
            f"{state_dir} holds other things, such as {others[0]}: nobody but the service could"
            " use them any more",
            "name a folder of its own with --state-dir",
        )


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def files_read(settings: AgentSettings, config: Path | None, state_dir: Path) -> tuple[Path, ...]:
    """Return the files that the service only reads; *config* ``None`` = no file."""
    tls = (settings.tls.ca_file, settings.tls.cert_file, settings.tls.key_file)
    return tuple(state_dir / path for path in (config, *tls) if path is not None)


def keep_to_itself(
    folder: Path, service_sid: str
) -> None:  # pragma: no cover -- run on Windows Python under Wine
    """Make *folder*, for the service and administrators only.

    Raises:
        OSError: Windows refuses.
    """
    import pywintypes
    import win32security

    access = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
        folder_access(service_sid), win32security.SDDL_REVISION_1
    )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        win32security.SetNamedSecurityInfo(
            str(folder),
            win32security.SE_FILE_OBJECT,
            win32security.DACL_SECURITY_INFORMATION
            | win32security.PROTECTED_DACL_SECURITY_INFORMATION,
            None,
            None,
            access.GetSecurityDescriptorDacl(),
            None,
        )
    except pywintypes.error as error:
        raise OSError(error.winerror, f"{folder}: {error.strerror}") from error


def let_read(
    files: Iterable[Path], service_sid: str
) -> None:  # pragma: no cover -- run on Windows Python under Wine
    """Let the service read each of *files*; whoever may use them today still may.

    Raises:
        OSError: Windows refuses, or a file is not there.
    """
    import ntsecuritycon
    import pywintypes
    import win32security

    sid = win32security.ConvertStringSidToSid(service_sid)
    what = win32security.DACL_SECURITY_INFORMATION
    for file in files:
        try:
            known = win32security.GetNamedSecurityInfo(
                str(file), win32security.SE_FILE_OBJECT, what
            )
            entries = known.GetSecurityDescriptorDacl()
            if entries is None:
                continue  # everybody may
            if any(entries.GetAce(n)[2] == sid for n in range(entries.GetAceCount())):
                continue
            entries.AddAccessAllowedAce(
                win32security.ACL_REVISION, ntsecuritycon.FILE_GENERIC_READ, sid
            )
            win32security.SetNamedSecurityInfo(
                str(file), win32security.SE_FILE_OBJECT, what, None, None, entries, None
            )
        except pywintypes.error as error:
            raise OSError(error.winerror, f"{file}: {error.strerror}") from error
