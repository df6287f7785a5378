r"""Records of the append-only files that EAs keep: the outbox of a master, the ledger of a slave.

One record a line: the CRC-32 (zlib) of the JSON bytes as ``%08x``, a space, compact UTF-8 JSON,
``\n``.  The first record is the header; each later one names its kind ``t`` and its number
``n``, which rises from record to record.  Pure: whole files come in and go out as bytes, the
caller does the I/O.  ``tests/golden/ids.jsonl`` holds the CRC to the same bytes as the EAs'.
"""

from enum import StrEnum
from typing import Annotated, Final
from zlib import crc32

import msgspec
from msgspec import Meta, Struct

FORMAT_VERSION: Final = 1
"""The ``v`` that this module writes.  A reader that meets another one starts cold."""

_INT64_MAX: Final = 2**63 - 1

_CRC_BYTES: Final = 8


class RecordKind(StrEnum):
    """The kinds ``t`` in use; a reader skips the ones it does not know."""

    EXEC = "X"
    """About to send an order: written and flushed before the broker is called."""
    DONE = "D"
    """What came of it: written and flushed before the reply."""
    ACKED = "A"
    """The other side has journaled it; the EA stops repeating it."""
    TOMBSTONE = "T"
    """A close came before its open: the open must not be executed any more."""
    LINEAGE = "L"
    """A ticket follows from another one, after a partial close."""
    INTENT = "I"
    """A master's action that waits for its acknowledgement."""


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first record: whose file it is.  Another account, server or role makes it foreign."""

    v: int
    """Format version, `FORMAT_VERSION` when written here."""
    kind: str
    """What the file is: ``outbox`` or ``ledger``."""
    account: str
    """Account number, decimal digits."""
    server: str
    """The broker's server name, as the terminal spells it."""
    role: str
    """``master`` or ``slave``."""
    file_id: str
    """Id of this file; compaction keeps it, a new file gets a new one."""
    compacted_n: Annotated[int, Meta(ge=0, le=_INT64_MAX)] = 0
    """The highest number in use when the file was last compacted; absent when it never was.
    Without it, dropping settled records could look like a file restored from an old copy."""


class Record(Struct, frozen=True, kw_only=True):
    """One record after the header, checked but not yet interpreted."""

    t: str
    """Its kind, a `RecordKind` or one that this reader does not know."""
    n: int
    """Its number, higher than that of the record before it."""
    json: bytes
    """The JSON bytes as they stand, ``t`` and ``n`` included, for the decoder of that kind."""


class Records(Struct, frozen=True, kw_only=True):
    """What a file holds, as far as it is to be trusted."""

    header: Header | None
    """None when the first record is missing or bad."""
    records: tuple[Record, ...]
    """All good records before the end, or before the first bad one."""
    torn_tail: bool
    """The last record is bad, as after a crash while it was written: cut the file to
    ``good_bytes`` and go on."""
    bad_at: int | None
    """Byte offset of a bad record with others after it: the file is not to be trusted, rename
    it to ``.bad`` and start cold.  None if there is none."""
    good_bytes: int
    """Length of the leading part of the file in which every record is good."""

    @property
    def highest_n(self) -> int:
        """The highest number used, as far as the good part knows; 0 if none.  Go on after it."""
        compacted_n = self.header.compacted_n if self.header is not None else 0
        return max(compacted_n, self.records[-1].n) if self.records else compacted_n


class _Numbered(Struct):
    """The part of a record that every kind has."""

    t: Annotated[str, Meta(min_length=1)]
    n: Annotated[int, Meta(ge=1, le=_INT64_MAX)]


_encoder = msgspec.json.Encoder(decimal_format="number")
_header_decoder = msgspec.json.Decoder(Header)
_numbered_decoder = msgspec.json.Decoder(_Numbered)


def encode_header(header: Header) -> bytes:
    r"""Return the first line of a file, ``\n`` included."""
    return _line(_encoder.encode(header))


def encode_record(body: object) -> bytes:
    r"""Return one record as a line, ``\n`` included.

    Args:
        body: A mapping or struct whose JSON has ``t`` (text) and ``n`` (1 to 2**63 - 1); the
            caller sees to it that ``n`` is higher than in the record before.

    Raises:
        ValueError: ``t`` or ``n`` is missing or out of range.
        TypeError: *body* has no JSON form.
    """
    json = _encoder.encode(body)
    _numbered_decoder.decode(json)
    return _line(json)


def read_records(data: bytes) -> Records:
    r"""Read a whole file; never raises, whatever the bytes.

    A record is bad when its CRC does not match, its ``\n`` is missing, its JSON is not a header
    (first) or has no rising ``n`` (later).  A bad record at the very end is a torn tail; one
    with bytes after it is reported in ``bad_at``.  Nothing after a bad record is returned.
    """
    header: Header | None = None
    records: list[Record] = []
    good_bytes = last_n = 0
    while good_bytes < len(data):
        end = data.find(b"\n", good_bytes)
        json = _checked(data[good_bytes:end]) if end >= 0 else None
        if header is None:
            header = _header(json)
            good = header is not None
        else:
            record = _record(json, after_n=last_n)
            good = record is not None
            if record is not None:
                records.append(record)
                last_n = record.n
        if not good:
            last = end < 0 or end + 1 == len(data)
            return Records(
                header=header,
                records=tuple(records),
                torn_tail=last,
                bad_at=None if last else good_bytes,
                good_bytes=good_bytes,
            )
        good_bytes = end + 1
    return Records(
        header=header, records=tuple(records), torn_tail=False, bad_at=None, good_bytes=good_bytes
    )


def _line(json: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(json), json)


def _checked(line: bytes) -> bytes | None:
    """Return the JSON bytes of a line whose CRC, exactly as it is written, matches."""
    json = line[_CRC_BYTES + 1 :]
    return json if line == b"%08x %b" % (crc32(json), json) else None


def _header(json: bytes | None) -> Header | None:
    try:
        return None if json is None else _header_decoder.decode(json)
    # ValueError: broken JSON, UTF-8 or types; RecursionError: nested beyond reason.
    except (ValueError, RecursionError):
        return None


def _record(json: bytes | None, *, after_n: int) -> Record | None:
    if json is None:
        return None
    try:
        str(json, "utf-8")  # fields of the kind are skipped below, their text goes unread
        numbered = _numbered_decoder.decode(json)
    except (ValueError, RecursionError):
        return None
    return Record(t=numbered.t, n=numbered.n, json=json) if numbered.n > after_n else None
