"""What orders say: the tag first, and never more than a terminal keeps."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.comments import (
    TEXT_CHARS_MAX,
    order_comment,
    read_comment,
    reward_per_risk,
)
from echo.domain.ids import Ticket, TradeId, comment_names_tag, derive_trade_id, order_tag
from echo.domain.policy import CommentMode, CopyOptions
from echo.domain.protection import Levels

TRADE: TradeId = derive_trade_id(
    server="Demo",
    account_id="1001",  # type: ignore[arg-type]  # a plain text will do
    root_ticket=Ticket(7),
    opened_at_ms=1_700_000_000_000,
)
ENTRY = Decimal("1.10000")


def levels(stop: str | None, target: str | None) -> Levels:
    return Levels(
        stop_loss=None if stop is None else Decimal(stop),
        take_profit=None if target is None else Decimal(target),
    )


def comment(mode: CommentMode, wanted: Levels, text: str = "") -> str:
    options = CopyOptions(comment=mode, comment_text=text)
    return order_comment(options, TRADE, entry_price=ENTRY, levels=wanted)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tag", (CommentMode.TAG, "")),
        ("tag+rr", (CommentMode.TAG_RR, "")),
        ("none", (CommentMode.NONE, "")),
        ("text: desk 7 ", (CommentMode.TEXT, "desk 7")),
        ("text:" + "x" * TEXT_CHARS_MAX, (CommentMode.TEXT, "x" * TEXT_CHARS_MAX)),
    ],
)
def test_a_comment_is_read(written: str, meant: tuple[CommentMode, str]) -> None:
    assert read_comment(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "text",
        "text:",
        "text:  ",
        "TAG",
        "rr",
        "text:caf\u00e9",
        "text:a\tb",
        "text:" + "x" * 32,
    ],
)
def test_what_no_comment_can_be_is_refused(written: str) -> None:
    assert read_comment(written) is None


def test_each_mode_says_what_it_is_called() -> None:
    wanted = levels("1.09900", "1.10250")

    assert comment(CommentMode.TAG, wanted) == order_tag(TRADE)
    assert comment(CommentMode.TAG_RR, wanted) == f"{order_tag(TRADE)} 2.5"
    assert comment(CommentMode.TEXT, wanted, "desk 7") == "desk 7"
    assert comment(CommentMode.NONE, wanted) == ""


@pytest.mark.parametrize(
    ("stop", "target", "said"),
    [
        ("1.09900", "1.10250", "2.5"),
        ("1.10100", "1.09900", "1.0"),
        ("1.09900", "1.10049", "0.5"),
        ("1.09900", "1.19990", "99.9"),
        ("1.09900", "1.19996", "100"),
        ("1.09999", "9.00000", "9999"),
        (None, "1.10250", None),
        ("1.09900", None, None),
        ("1.10000", "1.10250", None),
    ],
)
def test_reward_for_each_unit_of_risk(stop: str, target: str, said: str | None) -> None:
    assert reward_per_risk(ENTRY, levels(stop, target)) == said


def test_without_a_ratio_the_tag_stands_alone() -> None:
    assert comment(CommentMode.TAG_RR, levels("1.09900", None)) == order_tag(TRADE)


@given(
    stop=st.decimals("0.00001", "99999", places=5), target=st.decimals("0.00001", "99999", places=5)
)
def test_with_the_ratio_it_still_fits_and_is_still_the_tag(stop: Decimal, target: Decimal) -> None:
    said = comment(CommentMode.TAG_RR, Levels(stop_loss=stop, take_profit=target))

    assert len(said) <= 31
    assert comment_names_tag(said, order_tag(TRADE))
