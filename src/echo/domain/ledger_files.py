"""Which files an account's slave EAs kept their memory in, one after the other.

An EA whose file is whole may still not know what happened: a second EA with a file of its own may
have served the account in between.  Whoever lets EAs in tells each of them of the file before its.
"""

from dataclasses import dataclass
from typing import Final

TOLD_FOR_MS: Final = 300_000
"""How long after a change of files it is still told: longer than any open lives, and then some for
a fill that shows late.  Later it could only make a sound file distrusted for nothing."""


@dataclass(slots=True)
class LedgerFiles:
    """The last two files of one account; ids are those of the files' headers, empty = none."""

    file_id: str = ""
    before: str = ""
    changed_mono_ms: int = 0
    instance: str = ""
    """The life of an EA that named its file last; empty = none has, since this program began."""

    def seen(self, file_id: str, now_mono_ms: int, instance: str = "") -> None:
        """Note the file of the EA that begins to serve; masters and old EAs name none."""
        if file_id:
            self.instance = instance
        if not file_id or file_id == self.file_id:
            return
        self.file_id, self.before = file_id, self.file_id
        self.changed_mono_ms = now_mono_ms

    def told(self, now_mono_ms: int) -> str:
        """Return the id of the file before this one, if work of its time may still be about."""
        if now_mono_ms - self.changed_mono_ms >= TOLD_FOR_MS:
            return ""
        return self.before
