"""Every word has its number, and every number its word."""

import pytest

from echo.domain.answers import AckResult, AckStage, Receipt
from echo.domain.commands import CommandKind, Residual
from echo.domain.errors import ErrorCode
from echo.domain.handshake import AccountMode, IssueCode, RegistrationStatus
from echo.domain.quantities import Side
from echo.domain.specs import SpreadType, TradePermission
from echo.wire.core import enums
from echo.wire.pb import common_pb2 as pb
from echo.wire.pipe import words
from echo.wire.refusals import WireError, WireReason

ENUMS = [
    (Side, enums.SIDES, enums.side, pb.OrderSide),
    (Receipt, enums.RECEIPTS, enums.receipt, pb.TradeIntentAckResult),
    (AckStage, enums.ACK_STAGES, enums.ack_stage, pb.AckStage),
    (AckResult, enums.ACK_RESULTS, enums.ack_result, pb.AckResult),
    (CommandKind, enums.COMMAND_KINDS, enums.command_kind, pb.CommandKind),
    (Residual, enums.RESIDUALS, enums.residual, pb.Residual),
    (AccountMode, enums.ACCOUNT_MODES, enums.account_mode, pb.AccountMode),
    (RegistrationStatus, enums.STATUSES, enums.status, pb.SymbolRegistrationStatus),
    (IssueCode, enums.ISSUES, enums.issue, pb.SymbolRegistrationIssueCode),
    (ErrorCode, enums.CODES, enums.error_code, pb.ErrorCode),
    (SpreadType, enums.SPREAD_TYPES, enums.spread_type, pb.SpreadType),
    (TradePermission, enums.TRADE_PERMISSIONS, enums.trade_permission, pb.TradePermission),
]
IDS = [each[0].__name__ for each in ENUMS]


@pytest.mark.parametrize(("words_of", "table", "read", "message_enum"), ENUMS, ids=IDS)
def test_words_and_numbers_match(words_of, table, read, message_enum) -> None:
    assert set(table) == set(words_of)
    assert {read(table[word]) for word in words_of} == set(words_of)
    for word, number in table.items():
        suffix = word.name if word.name not in {"NONE", "NO_ERROR"} else "UNSPECIFIED"
        assert message_enum.Name(number).endswith(f"_{suffix}")


@pytest.mark.parametrize(("words_of", "table", "read", "message_enum"), ENUMS, ids=IDS)
def test_every_number_of_the_stream_has_a_word(words_of, table, read, message_enum) -> None:
    assert set(message_enum.values()) - {0} <= set(table.values())


def test_error_codes_have_the_numbers_of_the_domain() -> None:
    assert {code: int(number) for code, number in enums.CODES.items()} == {
        code: code.value for code in ErrorCode
    }


@pytest.mark.parametrize(
    ("table", "spellings"),
    [
        (enums.PROFIT_MODES, words.PROFIT_MODES),
        (enums.MARGIN_MODES, words.MARGIN_MODES),
        (enums.EXECUTION_MODES, words.EXECUTION_MODES),
        (enums.GTC_MODES, words.GTC_MODES),
        (enums.SWAP_TYPES, words.SWAP_TYPES),
        (enums.WEEKDAYS, dict.fromkeys(words.WEEKDAYS)),
    ],
)
def test_stream_and_pipe_know_the_same_words(table, spellings) -> None:
    assert set(table) == {meaning or word for word, meaning in spellings.items()}


def test_unknown_numbers_and_words_are_refused_by_name() -> None:
    with pytest.raises(WireError, match="command_kind 0 is not known") as reading:
        enums.command_kind(0)
    with pytest.raises(WireError, match="gtc_mode 'fog' is not known") as writing:
        enums.spelled(enums.GTC_MODES, "fog", "gtc_mode")

    assert {reading.value.reason, writing.value.reason} == {WireReason.UNKNOWN_VALUE}
