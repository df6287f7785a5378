"""One code for one reason, whoever spells it and however."""

import pytest

from echo.domain.errors import (
    IN_DOUBT_MT4,
    IN_DOUBT_MT5,
    MT4_CODES,
    MT5_CODES,
    OMISSION_CODES,
    RETRYABLE_MT4,
    RETRYABLE_MT5,
    ErrorCode,
    Refusal,
    code_from_pipe,
    code_to_pipe,
)


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        pytest.param("ERR_INVALID_STOPS", "", ErrorCode.INVALID_STOPS, id="with prefix"),
        pytest.param("INVALID_STOPS", "", ErrorCode.INVALID_STOPS, id="without prefix"),
        pytest.param("ERR_NOT_ENOUGH_MONEY", "", ErrorCode.NO_MONEY, id="legacy name"),
        pytest.param("ERR_UNKNOWN", "code=131", ErrorCode.INVALID_VOLUME, id="hidden number"),
        pytest.param("ERR_UNKNOWN", "code=128", ErrorCode.TIMEOUT, id="hidden time-out"),
        pytest.param("ERR_TIMEOUT", "code=141", ErrorCode.TOO_MANY_REQUESTS, id="wrong name"),
        pytest.param("ERR_TIMEOUT", "", ErrorCode.TIMEOUT, id="time-out without a number"),
        pytest.param("ERR_UNKNOWN", "code=999", ErrorCode.UNKNOWN, id="unknown number"),
        pytest.param("ERR_UNKNOWN", "code=4108", ErrorCode.NOT_FOUND, id="ticket not found"),
        pytest.param("ERR_REQUOTE", "code=131", ErrorCode.REQUOTE, id="name is believed"),
        pytest.param("ERR_WHATEVER", "", ErrorCode.UNKNOWN, id="unheard of"),
        pytest.param("", "", ErrorCode.UNKNOWN, id="nothing said"),
        pytest.param("ERR_NO_ERROR", "", ErrorCode.UNKNOWN, id="a failure that denies itself"),
        pytest.param("ERR_UNKNOWN", "code=0", ErrorCode.UNKNOWN, id="number that denies itself"),
        pytest.param("NONE", "", ErrorCode.UNKNOWN, id="legacy nothing"),
    ],
)
def test_codes_of_failures(text: str, message: str, code: ErrorCode) -> None:
    assert code_from_pipe(text, message, success=False) is code


@pytest.mark.parametrize("text", ["ERR_NO_ERROR", "ERR_REQUOTE", "", "nonsense"])
def test_success_is_never_inferred_from_a_code(text: str) -> None:
    assert code_from_pipe(text, "code=131", success=True) is ErrorCode.NO_ERROR


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.NO_ERROR])
def test_what_is_written_is_read_back(code: ErrorCode) -> None:
    assert code_from_pipe(code_to_pipe(code), "", success=False) is code


def test_echos_own_codes_have_their_numbers() -> None:
    assert [code.value for code in ErrorCode if code > 1000] == [*range(1001, 1031), 1999]
    assert [code.value for code in ErrorCode if code < 1000] == list(range(15))


def test_only_definite_refusals_may_be_tried_again() -> None:
    assert {129, 135, 136, 138, 146} == RETRYABLE_MT4
    assert {10004, 10020, 10021} == RETRYABLE_MT5
    assert not RETRYABLE_MT4 & IN_DOUBT_MT4
    assert not RETRYABLE_MT5 & IN_DOUBT_MT5
    assert {128, 137, 141} <= IN_DOUBT_MT4


def test_every_number_that_may_be_tried_again_has_a_name() -> None:
    assert MT4_CODES.keys() >= RETRYABLE_MT4
    assert MT5_CODES.keys() >= RETRYABLE_MT5


def test_an_omission_is_never_a_brokers_answer() -> None:
    assert all(code > 1000 for code in OMISSION_CODES)
    assert ErrorCode.NOT_EXECUTED not in OMISSION_CODES


def test_a_refusal_is_a_value() -> None:
    one = Refusal(ErrorCode.SPREAD_EXCEEDED, "spread 34 pt > max 25 pt")

    assert one == Refusal(ErrorCode.SPREAD_EXCEEDED, "spread 34 pt > max 25 pt")
    assert len({one, Refusal(ErrorCode.SPREAD_EXCEEDED, "spread 34 pt > max 25 pt")}) == 1
