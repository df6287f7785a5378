"""Every kind of record has its statements; runs of one kind are written together."""

from typing import get_args

from echo.domain.journal import Record
from echo.stores.sqlite.rows import MAKERS, batches
from echo.stores.sqlite.statements import read_statements
from tests.stores import examples as ex


def test_every_kind_of_record_is_written() -> None:
    assert set(MAKERS) == set(get_args(Record))


def test_every_batch_names_a_statement() -> None:
    named = {name for name, _ in batches(ex.one_of_each())}

    assert named <= set(read_statements("journal"))


def test_records_of_one_kind_make_one_run() -> None:
    records = [
        record
        for number in (1, 2, 3)
        for record in (ex.trade(number), ex.decision(number), ex.command(ex.execute(number)))
    ]

    runs = [(name, len(rows)) for name, rows in batches(records)]

    assert runs == [("put_trade", 3), ("put_decision", 3), ("put_command", 3)]


def test_order_within_a_kind_is_kept() -> None:
    first, last = ex.trade(attempt=1), ex.trade(attempt=2)

    ((_, rows),) = batches((first, last))

    assert [row[18] for row in rows] == [1, 2]


def test_progress_comes_after_the_commands_of_the_same_commit() -> None:
    order = ex.execute()

    names = [name for name, _ in batches((ex.progress(order), ex.command(order)))]

    assert names == ["put_command", "put_progress"]


def test_answers_go_where_their_kind_belongs() -> None:
    modify, reduce, close, *_ = ex.other_commands()
    kinds = [ex.execute().kind, modify.kind, reduce.kind, close.kind]
    answers = [ex.execution(ex.result(ex.execute(), kind=kind)) for kind in kinds]

    found = {name: [row[3] for row in rows] for name, rows in batches(answers)}

    assert found == {"put_execution": ["execute", "modify"], "put_close": ["reduce", "close"]}


def test_empty_runs_are_left_out() -> None:
    assert [name for name, _ in batches((ex.symbol_map(),))] == [
        "drop_symbols",
        "put_symbol_report",
    ]
    assert list(batches(())) == []
