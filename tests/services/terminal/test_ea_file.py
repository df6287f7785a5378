"""An EA's file: torn ends are cut, damaged and foreign files are set aside, nothing is guessed."""

from dataclasses import replace

import pytest

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.ports.errors import LedgerUnwritable
from echo.services.terminal.ea_file import EaFile
from echo.terminal.settings import EaSettings
from echo.wire.records import read_records
from tests.services.terminal.fakes import FakeFile
from tests.terminal.rig import slave_settings

OURS = slave_settings()
RECORDS = tuple({"t": "X", "n": n, "lot": "0.10"} for n in (1, 2, 5))


def written(settings: EaSettings = OURS) -> FakeFile:
    """A file with three records."""
    file = FakeFile()
    ea_file = EaFile(file, settings)
    ea_file.open("first")
    for record in RECORDS:
        ea_file.append(record)
    return file


def test_a_new_file_begins_with_a_header_that_says_whose_it_is() -> None:
    file = FakeFile()
    found = EaFile(file, OURS).open("first")

    assert (found.usable, found.records, found.highest_n) == (False, (), 0)
    header = read_records(file.data).header
    assert header is not None
    assert (header.kind, header.account, header.server, header.role, header.file_id) == (
        "ledger",
        "70001",
        "Northwind-Live 3",
        "slave",
        "first",
    )
    assert file.bad == []


def test_a_master_keeps_an_outbox() -> None:
    file = written(replace(OURS, role=Role.MASTER))

    header = read_records(file.data).header
    assert header is not None
    assert (header.kind, header.role) == ("outbox", "master")


def test_what_was_appended_is_found_in_the_next_life() -> None:
    found = EaFile(written(), OURS).open("second")

    assert (found.usable, found.records, found.highest_n) == (True, RECORDS, 5)


def test_a_torn_last_record_is_cut_off_and_the_file_goes_on() -> None:
    file = written()
    file.data = file.data[:-3]
    ea_file = EaFile(file, OURS)
    found = ea_file.open("second")
    ea_file.append({"t": "X", "n": 6})

    assert (found.usable, found.records, found.highest_n) == (True, RECORDS[:2], 2)
    again = EaFile(file, OURS).open("third")
    assert [record["n"] for record in again.records] == [1, 2, 6]
    assert file.bad == []


def test_a_file_damaged_before_its_end_is_set_aside() -> None:
    file = written()
    lines = file.data.splitlines(keepends=True)
    damaged = b"".join([lines[0], lines[1].replace(b"0.10", b"9.10"), *lines[2:]])
    file.data = damaged
    found = EaFile(file, OURS).open("second")

    assert (found.usable, found.records) == (False, ())
    assert file.bad == [damaged]
    header = read_records(file.data).header
    assert header is not None
    assert header.file_id == "second"


@pytest.mark.parametrize(
    "foreign",
    [
        replace(OURS, account_id=AccountId("70002")),
        replace(OURS, server="Northwind-Live 4"),
        replace(OURS, role=Role.MASTER),
    ],
)
def test_the_file_of_somebody_else_is_not_believed(foreign: EaSettings) -> None:
    file = written(foreign)
    before = file.data
    found = EaFile(file, OURS).open("second")

    assert (found.usable, found.records, found.highest_n) == (False, (), 0)
    assert file.bad == [before]
    assert EaFile(file, OURS).open("third").usable


def test_numbers_that_compaction_dropped_stay_used() -> None:
    file = written()
    ea_file = EaFile(file, OURS)
    ea_file.open("second")
    ea_file.rewrite(RECORDS[:1], 5)

    found = EaFile(file, OURS).open("third")
    assert (found.records, found.highest_n) == (RECORDS[:1], 5)
    header = read_records(file.data).header
    assert header is not None
    assert header.file_id == "first"


def test_nothing_is_compacted_before_the_file_is_known() -> None:
    with pytest.raises(ValueError, match="not opened"):
        EaFile(FakeFile(), OURS).rewrite((), 0)


def test_a_full_disk_is_told() -> None:
    file = written()
    before = file.data
    ea_file = EaFile(file, OURS)
    ea_file.open("second")
    file.full = True

    with pytest.raises(LedgerUnwritable):
        ea_file.append({"t": "X", "n": 6})
    with pytest.raises(LedgerUnwritable):
        ea_file.rewrite((), 5)
    assert file.data == before


def test_it_lets_go_of_the_file() -> None:
    file = FakeFile()
    EaFile(file, OURS).close()

    assert file.closed
