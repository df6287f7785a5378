"""Several messages in one frame, and frames taken apart again, for both directions alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from echo.domain.ids import MessageId
from echo.wire.pb.agent_pb2 import AgentMessage, CoreMessage
from echo.wire.refusals import WireError, WireReason

BATCH_BYTES_MAX: Final = 1_048_576
"""A batch that has grown to this is closed: the messages of one frame stay far below the 4 MiB
that gRPC takes, whatever the last one was."""

BATCH_MESSAGES_MAX: Final = 1_000
"""Most messages in a batch."""

_Frame = TypeVar("_Frame", AgentMessage, CoreMessage)
_Message = TypeVar("_Message")

Said = tuple[MessageId | None, _Message]
"""A message, with the id under which its sender wants it acknowledged."""


def frames(
    messages: Sequence[_Message],
    fill: Callable[[_Frame, _Message], None],
    new_frame: Callable[[], _Frame],
    *,
    batch: bool,
    refused: list[WireError] | None,
) -> list[_Frame]:
    """Return *messages* in as few frames as they may, in order.

    Args:
        messages: What to send.
        fill: Writes one message into an empty frame.
        new_frame: Makes an empty frame.
        batch: Whether the peer reads batches; without, each message has its own frame.
        refused: Collects what cannot be written; ``None`` = raise.
    """
    packed: list[_Frame] = []
    batching = batch and len(messages) > 1
    room = count = 0
    for message in messages:
        if not batching:
            frame = new_frame()
            if _filled(frame, message, fill, refused):
                packed.append(frame)
            continue
        if room <= 0 or count == BATCH_MESSAGES_MAX:
            packed.append(new_frame())
            room, count = BATCH_BYTES_MAX, 0
        entries = packed[-1].batch.messages
        entry = entries.add()
        if _filled(entry, message, fill, refused):
            room -= entry.ByteSize()
            count += 1
        else:
            del entries[-1]
    return [frame for frame in packed if not batching or frame.batch.messages]


def _filled(
    frame: _Frame,
    message: _Message,
    fill: Callable[[_Frame, _Message], None],
    refused: list[WireError] | None,
) -> bool:
    try:
        fill(frame, message)
    except ValueError as error:
        # Protobuf itself refuses integers that do not fit and text that is not Unicode.
        complaint = (
            error
            if isinstance(error, WireError)
            else WireError(WireReason.OUT_OF_RANGE, f"{type(message).__name__}: {error}"[:200])
        )
        complaint.message_id = MessageId(frame.message_id) or None
        if refused is None:
            raise complaint from error
        refused.append(complaint)
        return False
    return True


def messages_of(
    frame: _Frame, readers: Mapping[str, Callable[[_Frame], _Message]]
) -> tuple[list[Said[_Message]], list[WireError]]:
    """Return the messages of a frame that can be read, in order, and why others cannot."""
    refused: list[WireError] = []
    return list(said_in(frame, readers, refused)), refused


def said_in(
    frame: _Frame,
    readers: Mapping[str, Callable[[_Frame], _Message]],
    refused: list[WireError],
) -> Iterator[Said[_Message]]:
    """Yield the messages of a frame, each as soon as it is read; collect why others cannot be."""
    kind = frame.WhichOneof("payload")
    entries = frame.batch.messages if kind == "batch" else (frame,)
    for entry in entries:
        kind = entry.WhichOneof("payload")
        if kind == "batch":
            refused.append(WireError(WireReason.NESTED_BATCH, "a batch inside a batch"))
            continue
        message_id = MessageId(entry.message_id) or None
        try:
            message = _read(entry, kind, readers)
        except WireError as error:
            error.message_id = message_id
            refused.append(error)
        else:
            yield message_id, message


def _read(
    frame: _Frame, kind: str | None, readers: Mapping[str, Callable[[_Frame], _Message]]
) -> _Message:
    reader = readers.get(kind or "")
    if reader is None:
        sentence = f"no message is read from {kind}" if kind else "the frame holds no known message"
        raise WireError(WireReason.UNKNOWN_TYPE, sentence)
    return reader(frame)
