"""Messages that come in several lines, put together again; bounded, whatever arrives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.copies import replace
from echo.domain.handshake import Handshake
from echo.domain.specs import SymbolSpecReport
from echo.wire.pipe.fields import LIST_MAX
from echo.wire.pipe.messages import FromEa, Part, Parted
from echo.wire.refusals import WireError, WireReason

_T = TypeVar("_T")

_LISTS: Final[dict[type, tuple[str, ...]]] = {
    Handshake: ("symbols",),
    SymbolSpecReport: ("symbols",),
    StateSnapshot: ("positions", "history", "pendings", "tick_values"),
    OpenTrades: ("trades",),
}
_STAMPED: Final = ("timestamp_ms",)
"""What may differ from part to part: each line may be stamped when it is written."""


@dataclass(slots=True)
class _Unfinished:
    message: Parted
    part: int
    parts: int


class PartAssembler:
    """Puts the parts of one connection's messages together.

    Parts of a message arrive in order; those of different kinds may be interleaved.  What does
    not fit is refused and forgotten: the EA sends the message again.
    """

    __slots__ = ("_unfinished",)

    def __init__(self) -> None:
        self._unfinished: dict[type[Parted], _Unfinished] = {}

    def reset(self) -> None:
        """Forget everything: call for a new connection."""
        self._unfinished.clear()

    @property
    def unfinished(self) -> int:
        """Messages of which some part is still to come, at most one of each kind."""
        return len(self._unfinished)

    def take(self, messages: Iterable[FromEa | Part]) -> tuple[FromEa, ...]:
        """Return the messages that are whole, in order, and hold the parts of others.

        Raises:
            WireError: ``BAD_PART``, a part is missing or belongs to another message;
                ``OUT_OF_RANGE``, the parts together hold more than `LIST_MAX` of something.
        """
        whole: list[FromEa] = []
        for message in messages:
            if not isinstance(message, Part):
                whole.append(message)
            elif (finished := self._add(message)) is not None:
                whole.append(finished)
        return tuple(whole)

    def _add(self, part: Part) -> Parted | None:
        kind = type(part.message)
        # Forgotten first: a part that does not fit must not leave the others behind.
        unfinished = self._unfinished.pop(kind, None)
        if part.part == 1:
            unfinished = _Unfinished(part.message, 1, part.parts)
        elif unfinished is None:
            raise WireError(
                WireReason.BAD_PART, f"part {part.part} of {part.parts} without those before"
            )
        else:
            if (part.part, part.parts) != (unfinished.part + 1, unfinished.parts):
                raise WireError(
                    WireReason.BAD_PART,
                    f"part {part.part} of {part.parts}"
                    f" after part {unfinished.part} of {unfinished.parts}",
                )
            unfinished.message = _joined(unfinished.message, part.message)
            unfinished.part = part.part
        if unfinished.part == unfinished.parts:
            return unfinished.message
        self._unfinished[kind] = unfinished
        return None


def _joined(head: Parted, tail: Parted) -> Parted:
    """Return *head* with the lists of *tail* behind its own; all else must be the same."""
    own: dict[str, Any] = {name: getattr(head, name) for name in _LISTS[type(head)]}
    stamps: dict[str, Any] = {name: getattr(head, name) for name in _STAMPED if hasattr(head, name)}
    if replace(tail, **own, **stamps) != head:
        raise WireError(WireReason.BAD_PART, "a part belongs to another message")
    joined: dict[str, Any] = {
        name: _bounded(entries or (), getattr(tail, name) or ()) for name, entries in own.items()
    }
    return replace(head, **joined)


def _bounded(head: tuple[_T, ...], tail: tuple[_T, ...]) -> tuple[_T, ...]:
    if len(head) + len(tail) > LIST_MAX:
        raise WireError(
            WireReason.OUT_OF_RANGE,
            f"the parts of one message hold {len(head) + len(tail)} entries, more than {LIST_MAX}",
        )
    return head + tail
