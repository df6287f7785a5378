"""A commit as it travels: JSON that the server takes apart, equal keys merged."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.intents import ActionKind
from echo.ports.errors import JournalRefused
from echo.stores.postgres.parts import parts
from tests.stores import examples as ex


def sent(*records: object) -> dict[str, list[dict[str, object]]]:
    names, texts = parts(records)  # type: ignore[arg-type]  # a test names records as it likes
    return {name: json.loads(text) for name, text in zip(names, texts, strict=True)}


def test_rows_are_objects_whose_keys_are_the_columns() -> None:
    assert sent(ex.MARK) == {"put_ledger_mark": [{"account_id": ex.SLAVE, "ledger_n": 7}]}


def test_decimals_travel_as_text_and_json_as_itself() -> None:
    (row,) = sent(ex.trade())["put_trade"]

    assert row["price"] == "4015.1"
    assert row["followers"] == [ex.SLAVE, ex.OTHER]
    assert row["stop_loss"] == "3999.5"
    assert row["take_profit"] is None


def test_bytes_travel_as_the_server_reads_them() -> None:
    (row,) = sent(ex.opened())["put_action"]

    assert str(row["payload"]).startswith("\\x")


def test_of_equal_keys_the_last_counts() -> None:
    rows = sent(ex.trade(attempt=1), ex.trade(2), ex.trade(attempt=5))["put_trade"]

    assert [(row["trade_id"], row["attempt"]) for row in rows] == [
        (ex.trade_id(1), 5),
        (ex.trade_id(2), 1),
    ]


def test_progress_is_told_apart_by_its_last_column() -> None:
    order = ex.execute()

    rows = sent(ex.progress(order, attempt=1), ex.progress(order, attempt=2))["put_progress"]

    assert [row["attempt"] for row in rows] == [2]


def test_two_contents_of_one_key_never_leave() -> None:
    other = ex.action(replace(ex.intent(), price=Decimal(1)), ActionKind.OPEN)

    with pytest.raises(JournalRefused, match="says two things"):
        parts((ex.opened(), other))


def test_the_same_content_twice_leaves_once() -> None:
    assert len(sent(ex.opened(), ex.opened())["put_action"]) == 1


def test_a_zero_character_is_shown_as_what_it_is() -> None:
    (row,) = sent(ex.trade(comment="a\0b"))["put_trade"]

    assert row["comment"] == "a\N{REPLACEMENT CHARACTER}b"
