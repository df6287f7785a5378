"""Compressed files in memory: gzip and zip, opened with a bound on what may come out.

A zip is read from its central directory, by hand and never from disk: the sizes that a file
states about itself are not believed, only what really comes out is counted.
"""

import zlib
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Final

UNPACKED_BYTES_MAX: Final = 256 * 1024 * 1024
MEMBERS_MAX: Final = 4096

GZIP_MAGIC: Final = b"\x1f\x8b"
ZIP_MAGIC: Final = b"PK\x03\x04"

# APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
_LOCAL: Final = Struct("<4s5H3I2H")
_CENTRAL: Final = Struct("<4s6H3I5H2I")
_END: Final = Struct("<4s4H2IH")
_CENTRAL_MAGIC: Final = b"PK\x01\x02"
_END_MAGIC: Final = b"PK\x05\x06"
_END_COMMENT_MAX: Final = 65_535
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 1
_NARROW_MAX: Final = 0xFFFF_FFFF
_ZIP64_EXTRA: Final = 1


class PackedUnreadable(ValueError):
    """A compressed file is damaged, too big, or packed in a way that is not supported."""


class Archive:
    """A zip archive: its members by name, each unpacked only when it is asked for."""

    def __init__(self, data: bytes, *, bytes_max: int = UNPACKED_BYTES_MAX) -> None:
        """Read the directory of *data*; *bytes_max* bounds all that is ever unpacked from it.

        Raises:
            PackedUnreadable: *data* is no zip archive, or its directory is damaged.
        """
        self._data = data
        self._bytes_left = bytes_max
        self._members: Mapping[str, tuple[int, int, int, int]] = _directory(data)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files inside, in the order of the directory."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Unpack one member.

        Raises:
            KeyError: no member has that name.
            PackedUnreadable: it is damaged, encrypted, packed by an unknown method, or exceeds
                what is left of the bound.
        """
        flags, method, packed_size, offset = self._members[name]
        if flags & _ENCRYPTED:
            raise PackedUnreadable(f"{name!r} in the zip is encrypted")
        packed = self._packed_bytes(name, packed_size, offset)
        if method == _STORED:
            unpacked = packed
        elif method == _DEFLATED:
            unpacked = _inflate(packed, -zlib.MAX_WBITS, self._bytes_left)
        else:
            raise PackedUnreadable(
                f"{name!r} in the zip is packed by method {method}; only stored (0) and "
                "deflated (8) are read"
            )
        if len(unpacked) > self._bytes_left:
            raise PackedUnreadable(f"the zip holds more than {self._bytes_left} further bytes")
        self._bytes_left -= len(unpacked)
        return unpacked

    def _packed_bytes(self, name: str, size: int, offset: int) -> bytes:
        header = self._data[offset : offset + _LOCAL.size]
        if len(header) < _LOCAL.size or not header.startswith(ZIP_MAGIC):
            raise PackedUnreadable(f"{name!r} is not where the zip's directory says it is")
        *_, name_size, extra_size = _LOCAL.unpack(header)
        start = offset + _LOCAL.size + name_size + extra_size
        if start + size > len(self._data):
            raise PackedUnreadable(f"the zip ends within {name!r}")
        return self._data[start : start + size]


def _directory(data: bytes) -> dict[str, tuple[int, int, int, int]]:
    """Flags, method, packed size and place of every file, by name; the first of a name wins."""
    end = data.rfind(_END_MAGIC, max(0, len(data) - _END.size - _END_COMMENT_MAX))
    if end < 0 or end + _END.size > len(data):
        raise PackedUnreadable("the zip has no directory: it is cut off, or no zip at all")
    *_, count, _, at, _ = _END.unpack(data[end : end + _END.size])
    if count > MEMBERS_MAX:
        raise PackedUnreadable(f"the zip holds {count} files, more than {MEMBERS_MAX}")
    members: dict[str, tuple[int, int, int, int]] = {}
    for _ in range(count):
        entry = data[at : at + _CENTRAL.size]
        if len(entry) < _CENTRAL.size or not entry.startswith(_CENTRAL_MAGIC):
            raise PackedUnreadable("the zip's directory is damaged")
        fields = _CENTRAL.unpack(entry)
        name_size, extra_size, comment_size = fields[10:13]
        name_at = at + _CENTRAL.size
        name = data[name_at : name_at + name_size].decode("utf-8", "replace")
        extra = data[name_at + name_size : name_at + name_size + extra_size]
        packed_size, offset = _wide_sizes(extra, (fields[9], fields[8], fields[16]))
        if not name.endswith("/"):
            members.setdefault(name, (fields[3], fields[4], packed_size, offset))
        at = name_at + name_size + extra_size + comment_size
    return members


def _wide_sizes(extra: bytes, narrow: tuple[int, int, int]) -> tuple[int, int]:
    """Packed size and place of a file; some writers put even small ones into 64-bit fields.

    *narrow* is size, packed size and place, as the 32-bit fields state them; those that are all
    ones stand in the extra field 1 instead, in this order (APPNOTE 4.5.3).
    """
    wide: Iterator[bytes] = iter(())
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == _ZIP64_EXTRA:
            body = extra[4 : 4 + size]
            wide = iter([body[at : at + 8] for at in range(0, len(body), 8)])
        extra = extra[4 + size :]
    _, packed_size, offset = (
        int.from_bytes(next(wide, b"\xff" * 4), "little") if field == _NARROW_MAX else field
        for field in narrow
    )
    return packed_size, offset


def _inflate(packed: bytes, window_bits: int, bytes_max: int) -> bytes:
    inflater = zlib.decompressobj(window_bits)
    try:
        # A bound of 0 would mean "no bound" to zlib.
        unpacked = inflater.decompress(packed, max(1, bytes_max))
        more = inflater.unconsumed_tail and inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise PackedUnreadable(f"the compressed data is damaged: {error}") from error
    if more or len(unpacked) > bytes_max:
        raise PackedUnreadable(f"the compressed data grows beyond {bytes_max} bytes")
    if not inflater.eof:
        raise PackedUnreadable("the compressed data is cut off")
    return unpacked


def unpack_single(data: bytes, *, bytes_max: int = UNPACKED_BYTES_MAX) -> bytes:
    """Open a gzip file, or a zip archive that holds exactly one file; other data stays as it is.

    Raises:
        PackedUnreadable: damaged, not exactly one file inside, or more than *bytes_max* bytes.
    """
    if data.startswith(GZIP_MAGIC):
        return _inflate(data, zlib.MAX_WBITS | 16, bytes_max)
    if not data.startswith(ZIP_MAGIC):
        return data
    archive = Archive(data, bytes_max=bytes_max)
    match archive.names:
        case (name,):
            return archive.read(name)
        case names:
            raise PackedUnreadable(
                f"the zip holds {len(names)} files, not one: {', '.join(names[:5]) or 'none'}"
            )
