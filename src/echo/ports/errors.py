"""Errors that adapters may raise; services catch these and no others.

* EchoError
    * LinkDown: the peer cannot be reached now; nothing was handed over.
    * JournalUnavailable: nothing was written; the same commit may be tried again.
    * CommitUnknown: the commit may or may not have happened; read back by key.
    * JournalRefused: another writer holds the journal, or a row contradicts it; never try again.
    * LedgerUnwritable: the Agent's or an EA's ledger cannot be written; do not act on it.
    * EventsUnavailable: raw events cannot be read or written; trades go on without them.
    * CacheUnavailable: a cache cannot be asked; whoever asks goes to where the truth is.
    * SettingsInvalid: settings that name unknown keys, wrong types or values out of bounds.
    * StoreLocked: another process has the store open.
    * PortTaken: the address to listen on is in use.
    * UnsafeBind: a bind beyond loopback without TLS files.
    * AdminRefused: the running Core would not take a request at all.
"""

from collections.abc import Sequence


class EchoError(Exception):
    """Root of every error that Echo raises on purpose."""


class LinkDown(EchoError):
    """The peer cannot be reached now; the message was not handed over."""

    def __init__(self, peer: str, reason: str = "") -> None:
        super().__init__(f"{peer} is unreachable{': ' + reason if reason else ''}")
        self.peer = peer
        self.reason = reason


class JournalUnavailable(EchoError):
    """The journal could not be read or written; nothing changed."""


class CommitUnknown(EchoError):
    """The journal did not answer; the commit may stand."""


class JournalRefused(EchoError):
    """The journal refused the commit for good; what the engine believes is not what is stored."""


class LedgerUnwritable(EchoError):
    """A ledger could not be written."""


class EventsUnavailable(EchoError):
    """Raw events could not be read or written; nothing that trades depends on them."""


class CacheUnavailable(EchoError):
    """A cache could not be asked; it holds nothing that is not elsewhere."""


class SettingsInvalid(EchoError):
    """Settings that cannot be used; each complaint names key, value and bound."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = tuple(complaints)


class StoreLocked(EchoError):
    """Another process holds the store."""


class PortTaken(EchoError):
    """The address to listen on is in use."""


class UnsafeBind(EchoError):
    """A listener beyond loopback without TLS."""


class AdminRefused(EchoError):
    """The running Core would not take a request: no right to ask, or not understood."""
