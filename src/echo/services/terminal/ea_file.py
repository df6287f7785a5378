"""An EA's file: its records behind a header that says whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from echo.ports.files import AppendFile
from echo.terminal.events import FileRecord
from echo.terminal.settings import EaSettings
from echo.wire.records import FORMAT_VERSION, Header, encode_header, encode_record, read_records

KIND = {"master": "outbox", "slave": "ledger"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file held: usable records, or nothing worth trusting."""

    records: tuple[FileRecord, ...]
    highest_n: int
    usable: bool
    file_id: str


class EaFile:
    """Outbox or ledger of one EA, in the record format that MQL and Python share."""

    def __init__(self, file: AppendFile, settings: EaSettings) -> None:
        self._file, self._settings = file, settings
        self._header: Header | None = None

    def open(self, file_id: str) -> Found:
        """Read the file, or begin a new one named *file_id*.

        A torn last record is cut off; a file that is damaged before its end, or that belongs to
        another account, server or role, is set aside: a wrong memory is worse than none.
        """
        data = self._file.read()
        found = read_records(data)
        header = found.header
        if header is None or found.bad_at is not None or not self._is_ours(header):
            if data:
                self._file.set_aside()
            self._begin(file_id)
            return Found(records=(), highest_n=0, usable=False, file_id=file_id)
        self._header = header
        if found.torn_tail:
            self._file.replace(data[: found.good_bytes])
        records: list[Mapping[str, Any]] = [
            msgspec.json.decode(record.json, type=dict) for record in found.records
        ]
        return Found(
            records=tuple(records),
            highest_n=found.highest_n,
            usable=True,
            file_id=header.file_id,
        )

    def append(self, record: FileRecord) -> None:
        """Add one record.  Raises ``LedgerUnwritable``."""
        self._file.append(encode_record(record))

    def rewrite(self, records: Sequence[FileRecord], highest_n: int) -> None:
        """Keep only *records*.  Raises ``LedgerUnwritable``."""
        if self._header is None:
            raise ValueError("the file was not opened")
        self._header = msgspec.structs.replace(self._header, compacted_n=highest_n)
        lines = [encode_header(self._header), *(encode_record(each) for each in records)]
        self._file.replace(b"".join(lines))

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _is_ours(self, header: Header) -> bool:
        settings = self._settings
        return (header.v, header.account, header.server, header.role) == (
            FORMAT_VERSION,
            settings.account_id,
            settings.server,
            settings.role.value,
        )

    def _begin(self, file_id: str) -> None:
        settings = self._settings
        self._header = Header(
            v=FORMAT_VERSION,
            kind=KIND[settings.role.value],
            account=settings.account_id,
            server=settings.server,
            role=settings.role.value,
            file_id=file_id,
        )
        self._file.append(encode_header(self._header))
