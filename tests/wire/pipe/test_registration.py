"""A verdict is cut until it fits, and keeps what matters most."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.handshake import RegistrationStatus, SymbolRegistration, SymbolRegistrationResult
from echo.wire.pipe import read_agent_line
from echo.wire.pipe.registration import registration_line
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import ISSUE, NOW_MS, VERDICT

ACCEPTED, WARNING, REJECTED = RegistrationStatus


def symbol(name: str, status: RegistrationStatus, text: str = "") -> SymbolRegistration:
    issues = (replace(ISSUE, message=text),) if text else ()
    return SymbolRegistration(
        canonical_symbol=name, broker_symbol=name, status=status, warnings=issues
    )


def heard(verdict: SymbolRegistrationResult, bytes_max: int) -> SymbolRegistrationResult:
    line = registration_line(verdict, now_wall_ms=NOW_MS, bytes_max=bytes_max)
    assert len(line) <= bytes_max + 1
    message = read_agent_line(line.rstrip(b"\n"))
    assert isinstance(message, SymbolRegistrationResult)
    return message


def test_what_fits_is_whole() -> None:
    assert heard(VERDICT, 8_190) == VERDICT


def test_the_form_is_that_of_protobufs_json() -> None:
    line = registration_line(VERDICT, now_wall_ms=NOW_MS, bytes_max=8_190)

    payload = json.loads(line)["payload"]
    assert (payload["protocolVersion"], payload["evaluatedAtMs"]) == (3, str(NOW_MS))
    assert (payload["errors"], payload["warnings"]) == ([], [])
    assert payload["symbols"][0]["specAgeMs"] == "0"
    assert payload["status"].rpartition("_")[2] == "WARNING"


def test_long_texts_are_cut_first() -> None:
    symbols = tuple(symbol(f"S{n}", WARNING, "x" * 400) for n in range(20))

    cut = heard(replace(VERDICT, symbols=symbols), 8_190)

    assert [each.canonical_symbol for each in cut.symbols] == [f"S{n}" for n in range(20)]
    assert {len(each.warnings[0].message) for each in cut.symbols} == {80}
    assert {each.warnings[0].metadata for each in cut.symbols} == {()}


def test_then_all_texts_go() -> None:
    symbols = tuple(symbol(f"S{n}", WARNING, "x" * 400) for n in range(27))

    cut = heard(replace(VERDICT, symbols=symbols), 8_190)

    assert len(cut.symbols) == 27
    assert {each.warnings[0].message for each in cut.symbols} == {""}


def test_rejected_symbols_stay_longest() -> None:
    statuses = [ACCEPTED, WARNING, ACCEPTED, REJECTED] * 25
    symbols = tuple(symbol(f"S{n}", status) for n, status in enumerate(statuses))

    cut = heard(replace(VERDICT, symbols=symbols), 8_190)

    names = [each.canonical_symbol for each in cut.symbols]
    rejected = [each for each in cut.symbols if each.status is REJECTED]
    assert len(rejected) == 25
    assert names == sorted(names, key=lambda name: int(name[1:]))
    assert {each.status for each in cut.symbols} == {REJECTED, WARNING}


def test_a_verdict_that_never_fits_is_refused() -> None:
    with pytest.raises(WireError) as refusal:
        registration_line(
            replace(VERDICT, core_version="x" * 9_000), now_wall_ms=NOW_MS, bytes_max=8_190
        )

    assert refusal.value.reason is WireReason.TOO_LONG


@given(our.REGISTRATIONS, st.integers(900, 2_000))
def test_whatever_is_cut_the_verdict_stays(
    verdict: SymbolRegistrationResult, bytes_max: int
) -> None:
    verdict = replace(verdict, errors=verdict.errors[:1], warnings=())
    cut = heard(verdict, bytes_max)

    assert (cut.account_id, cut.status) == (verdict.account_id, verdict.status)
    assert [issue.code for issue in cut.errors] == [issue.code for issue in verdict.errors]
    assert {each.status for each in cut.symbols} <= {each.status for each in verdict.symbols}
