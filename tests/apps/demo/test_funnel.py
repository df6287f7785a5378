"""The funnel: what is lost on the way adds up, and every loss has its reason in words."""

from echo.apps.demo.funnel import funnel
from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade

SLAVES = tuple(AccountId(name) for name in ("1", "2", "3"))


def trade(number: int) -> JournaledTrade:
    return JournaledTrade(
        trade_id=TradeId(f"t{number}"),
        master_account_id=AccountId("9"),
        followers=SLAVES,
        seqs=(SEQ_OPEN,),
    )


def entry(
    number: int, account: str, outcome: Outcome, code: ErrorCode = ErrorCode.NO_ERROR, seq: int = 0
) -> JournaledDecision:
    return JournaledDecision(
        trade_id=TradeId(f"t{number}"),
        seq=seq,
        account_id=AccountId(account),
        kind=ActionKind.OPEN if seq == SEQ_OPEN else ActionKind.CLOSE,
        outcome=outcome,
        code=code,
        ticket=None,
    )


def test_everything_that_was_wanted_is_accounted_for() -> None:
    found = funnel(
        [trade(1), trade(2)],
        [
            entry(1, "1", Outcome.FILLED),
            entry(1, "2", Outcome.OMITTED, ErrorCode.SPREAD_EXCEEDED),
            entry(1, "3", Outcome.FAILED, ErrorCode.NO_MONEY),
            entry(2, "1", Outcome.OMITTED, ErrorCode.SPREAD_EXCEEDED),
            entry(2, "2", Outcome.SHADOWED),
            entry(2, "3", Outcome.PENDING),
            entry(1, "2", Outcome.NOTHING_TO_CLOSE, seq=SEQ_CLOSE),
        ],
    )

    assert list(found.rows) == [
        ("entries", "6 wanted: 2 opens of masters, for every slave"),
        ("left out", "2 the spread was too wide (SPREAD_EXCEEDED, 2 slaves)"),
        ("refused", "1 not enough margin (NO_MONEY, 1 slave)"),
        ("dry run", "1 decided and not sent"),
        ("waiting", "1 without an outcome"),
        ("positions", "1 opened"),
    ]
    lost = sum(each.count for each in (*found.left_out, *found.failed))
    assert lost + found.shadowed + found.waiting + found.filled == found.wanted


def test_the_most_frequent_reason_comes_first_and_several_have_lines_of_their_own() -> None:
    found = funnel(
        [trade(1)],
        [
            entry(1, "1", Outcome.OMITTED, ErrorCode.WINDOW_BLOCKED),
            entry(1, "2", Outcome.OMITTED, ErrorCode.STOP_REQUIRED),
            entry(1, "3", Outcome.OMITTED, ErrorCode.STOP_REQUIRED),
        ],
    )

    assert [name for name, _ in found.rows] == ["entries", "left out", "", "positions"]
    assert found.left_out[0].code is ErrorCode.STOP_REQUIRED


def test_a_reason_without_words_is_told_by_its_name() -> None:
    [reason] = funnel([trade(1)], [entry(1, "1", Outcome.FAILED, ErrorCode.REQUOTE)]).failed

    assert reason.told == "1 the terminal or its broker refused it (REQUOTE, 1 slave)"
