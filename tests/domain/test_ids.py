"""Ids follow from what they name: same position, same id, and a tag survives its broker."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain import ids
from echo.domain.ids import (
    SEQ_CLOSE,
    AccountId,
    EvaluationId,
    Ticket,
    TradeId,
    comment_names_tag,
    derive_command_id,
    derive_evaluation_id,
    derive_trade_id,
    is_identifier,
    is_uuid,
    is_uuid7,
    order_tag,
    tag_prefix,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ids.jsonl"
VECTORS = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
DERIVED = [vector for vector in VECTORS if "trade_id" in vector]
LEGACY = [vector for vector in VECTORS if "legacy_trade_id" in vector]

TRADE = TradeId("0145d921-2800-718b-ba1b-d7d44d061972")
TAG = "E32Z8DXFN2D0RCQ40A5V4GJG00"
LEGACY_TRADE = TradeId("3f2504e0-4f89-41d3-9a0c-0000305e82c3")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
tickets = st.integers(1, 2**63 - 1)
times = st.integers(0, 2**48 - 1)
accounts = st.from_regex(r"[0-9]{1,12}", fullmatch=True).map(AccountId)


@st.composite
def trade_ids(draw: st.DrawFn) -> TradeId:
    return derive_trade_id(
        server=draw(texts),
        account_id=draw(accounts),
        root_ticket=Ticket(draw(tickets)),
        opened_at_ms=draw(times),
    )


def bits_of(text: str, count: int) -> str:
    digest = sha256(text.encode()).digest()
    return "".join(f"{byte:08b}" for byte in digest)[:count]


@pytest.mark.parametrize("vector", DERIVED, ids=lambda vector: vector["text"])
def test_vectors_of_trades_and_commands_are_reproduced(vector: dict[str, Any]) -> None:
    server, account, ticket, opened = vector["text"].split("|")
    trade_id = derive_trade_id(
        server=server,
        account_id=AccountId(account),
        root_ticket=Ticket(int(ticket)),
        opened_at_ms=int(opened),
    )

    assert trade_id == vector["trade_id"]
    assert order_tag(trade_id) == vector["tag"]
    for command in vector["commands"]:
        _, seq, account, *generation = command["text"].split("|")
        made = derive_command_id(trade_id, int(seq), AccountId(account), *map(int, generation))
        assert made == command["command_id"]


@pytest.mark.parametrize("vector", LEGACY, ids=lambda vector: vector["legacy_trade_id"])
def test_vectors_of_legacy_trades_are_reproduced(vector: dict[str, str]) -> None:
    assert order_tag(TradeId(vector["legacy_trade_id"])) == vector["tag"]


def test_golden_file_holds_both_kinds() -> None:
    assert DERIVED
    assert LEGACY


@given(texts, accounts, tickets, times)
def test_trade_id_has_the_layout_of_a_uuid7(
    server: str, account_id: AccountId, ticket: int, opened_at_ms: int
) -> None:
    trade_id = derive_trade_id(
        server=server,
        account_id=account_id,
        root_ticket=Ticket(ticket),
        opened_at_ms=opened_at_ms,
    )
    uuid = UUID(trade_id)
    bits = f"{uuid.int:0128b}"
    hashed = bits_of(f"{server}|{account_id}|{ticket}|{opened_at_ms}", 74)

    assert (uuid.version, uuid.variant) == (7, RFC_4122)
    assert int(bits[:48], 2) == opened_at_ms
    assert bits[52:64] + bits[66:] == hashed
    assert str(uuid) == trade_id
    assert is_uuid7(trade_id)


@given(trade_ids(), st.integers(0, SEQ_CLOSE), accounts, st.integers(1, 9))
def test_command_id_keeps_the_trades_time_and_tells_generations_apart(
    trade_id: TradeId, seq: int, account_id: AccountId, generation: int
) -> None:
    command_id = derive_command_id(trade_id, seq, account_id)

    assert is_uuid7(command_id)
    assert UUID(command_id).int >> 80 == UUID(trade_id).int >> 80
    assert command_id == derive_command_id(trade_id, seq, account_id, 0)
    assert command_id != derive_command_id(trade_id, seq, account_id, generation)


@given(trade_ids(), trade_ids())
def test_tags_tell_trades_apart(one: TradeId, other: TradeId) -> None:
    assert (order_tag(one) == order_tag(other)) == (one == other)


def test_texts_sort_by_open_time() -> None:
    made = [
        derive_trade_id(
            server="Demo", account_id=AccountId("1"), root_ticket=Ticket(7), opened_at_ms=time
        )
        for time in (0, 1, 1_000, 2**47, 2**48 - 1)
    ]

    assert made == sorted(made)


@pytest.mark.parametrize("opened_at_ms", [-1, 2**48])
def test_a_time_beyond_48_bits_is_a_callers_bug(opened_at_ms: int) -> None:
    with pytest.raises(ValueError, match=str(opened_at_ms)):
        derive_trade_id(
            server="", account_id=AccountId("1"), root_ticket=Ticket(1), opened_at_ms=opened_at_ms
        )


@given(trade_ids())
def test_tag_fits_into_what_a_terminal_keeps(trade_id: TradeId) -> None:
    tag = order_tag(trade_id)

    assert len(tag) == 1 + ids.TAG_DIGITS
    assert tag_prefix(tag) == tag[1:]


@given(trade_ids(), st.integers(0, ids.TAG_DIGITS))
def test_a_cut_tag_names_its_trade_while_twelve_digits_are_left(
    trade_id: TradeId, digits: int
) -> None:
    tag = order_tag(trade_id)

    assert comment_names_tag(tag[: 1 + digits], tag) == (digits >= ids.TAG_DIGITS_MIN)


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        pytest.param(TAG, TAG[1:], id="whole"),
        pytest.param(TAG.lower(), TAG[1:], id="lower case"),
        pytest.param(TAG + " 2.5", TAG[1:], id="with risk and reward"),
        pytest.param(TAG + "7", TAG[1:], id="longer than a tag"),
        pytest.param("EILOilo", "110110", id="look-alikes"),
        pytest.param("E32Z8[sl]", "32Z8", id="broker's mark behind"),
        pytest.param("EU", "", id="no digit: U is none"),
        pytest.param("32Z8DXFN2D0RCQ40A", "", id="no E"),
        pytest.param("[sl]E32Z8", "", id="E not in front"),
        pytest.param("E", "", id="E alone"),
        pytest.param("", "", id="emptied by the broker"),
    ],
)
def test_what_is_left_of_a_comment(comment: str, left: str) -> None:
    assert tag_prefix(comment) == left


@pytest.mark.parametrize(
    ("comment", "named"),
    [
        pytest.param(TAG, True, id="itself"),
        pytest.param(TAG[:13], True, id="twelve digits"),
        pytest.param(TAG[:12], False, id="eleven digits"),
        pytest.param(TAG[:20] + "Z", False, id="another trade"),
        pytest.param("from #5001", False, id="something else"),
    ],
)
def test_comment_matching(comment: str, named: bool) -> None:
    assert comment_names_tag(comment, TAG) is named


def test_legacy_ids_are_hashed_whatever_their_case() -> None:
    assert order_tag(LEGACY_TRADE) == order_tag(TradeId(LEGACY_TRADE.upper()))


def test_evaluations_that_nobody_minted_an_id_for_differ_from_each_other() -> None:
    first = derive_evaluation_id(AccountId("1"), previous=None, evaluated_at_ms=5)
    second = derive_evaluation_id(AccountId("1"), previous=first, evaluated_at_ms=5)
    other = derive_evaluation_id(AccountId("2"), previous=None, evaluated_at_ms=5)

    assert len({first, second, other}) == 3
    assert all(map(is_uuid7, (first, second, other)))
    assert first == derive_evaluation_id(
        AccountId("1"), previous=EvaluationId(""), evaluated_at_ms=5
    )


@pytest.mark.parametrize(
    ("text", "any_version", "version_7"),
    [
        (TRADE, True, True),
        (LEGACY_TRADE, True, False),
        (TRADE.upper(), False, False),
        (TRADE[:-1], False, False),
        (TRADE + "0", False, False),
        ("0145d921-2800-718b-7a1b-d7d44d061972", True, False),
        (TRADE.replace("-", ""), False, False),
        ("", False, False),
    ],
)
def test_uuid_checks(text: str, any_version: bool, version_7: bool) -> None:
    assert is_uuid(text) is any_version
    assert is_uuid7(text) is version_7


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("61100781", True),
        ("slave_61100781", True),
        ("a.b-c_d", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("a/b", False),
        ("ä", False),
        ("a\n", False),
    ],
)
def test_identifiers_are_checked_whole(text: str, valid: bool) -> None:
    assert is_identifier(text) is valid
