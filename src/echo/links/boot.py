"""Which life of this machine it is, and how old: what persisted deadlines are measured by."""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class BootStamp:
    """A moment as the machine counts it: ``boot_ms`` since it was started, suspend included."""

    boot_id: str
    boot_ms: int


def boot_stamp(boot_id_file: Path = _BOOT_ID) -> BootStamp:
    """Return this moment.

    Where the system does not name its boots, every call is a boot of its own: time that was
    stored against another one counts as used up, which is the safe side.
    Source: proc(5), ``/proc/sys/kernel/random``; clock_gettime(2), ``CLOCK_BOOTTIME``.
    """
    try:
        boot_id = boot_id_file.read_text(encoding="ascii").strip()
        boot_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    except (OSError, AttributeError):
        return BootStamp(boot_id=uuid4().hex, boot_ms=0)
    return BootStamp(boot_id=boot_id, boot_ms=boot_ms)
