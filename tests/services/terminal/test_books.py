"""Books on disk: what a kill cut off is cut off, what is no book is not believed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import Ticket
from echo.ports.errors import LedgerUnwritable
from echo.services.terminal.books import read_entries, restore_book, write_entries
from echo.terminal.book import BookEntry, BookKind
from tests.services.terminal.fakes import FakeFile

OPENED = BookEntry(
    kind=BookKind.OPENED,
    at_ms=5,
    ticket=Ticket(1),
    symbol="EURUSD.m",
    lot=Decimal("0.10"),
    comment="a\nb",
)
CLOSED = BookEntry(kind=BookKind.CLOSED, at_ms=9, ticket=Ticket(1), lot=Decimal("0.10"))
DATA = write_entries((OPENED, CLOSED))


def test_what_is_written_is_read() -> None:
    assert read_entries(DATA) == (OPENED, CLOSED)
    assert DATA.count(b"\n") == 2


@given(cut=st.integers(0, len(DATA)))
def test_whatever_a_kill_cuts_off_the_whole_lines_stay(cut: int) -> None:
    whole = DATA[:cut].count(b"\n")

    assert read_entries(DATA[:cut]) == (OPENED, CLOSED)[:whole]


@given(cut=st.integers(0, len(DATA)))
def test_a_book_can_be_continued_after_a_cut(cut: int) -> None:
    file = FakeFile(DATA[:cut])
    kept = restore_book(file)
    file.append(write_entries((CLOSED,)))

    assert read_entries(file.data) == (*kept, CLOSED)


def test_a_whole_book_is_not_written_again() -> None:
    file = FakeFile(DATA)
    file.full = True

    assert restore_book(file) == (OPENED, CLOSED)


def test_a_cut_that_cannot_be_made_is_told() -> None:
    file = FakeFile(DATA[:-1])
    file.full = True

    with pytest.raises(LedgerUnwritable):
        restore_book(file)


@pytest.mark.parametrize("line", [b"once upon a time\n", b"[1]\n", b'{"kind":"eaten","at_ms":1}\n'])
def test_what_is_no_book_is_refused_and_left_as_it_is(line: bytes) -> None:
    file = FakeFile(line + b"half a li")

    with pytest.raises(ValueError, match=r"."):
        restore_book(file)
    assert file.data == line + b"half a li"
