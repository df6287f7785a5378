"""The structs of an EA's reports: what they require, what they bound."""

import msgspec
import pytest

from echo.wire.pipe import ea_reports
from tests.wire.pipe.lines import ACCOUNT, HANDSHAKE, SPEC


def test_a_report_is_whole_unless_it_says_otherwise() -> None:
    body = msgspec.convert(HANDSHAKE, ea_reports.HandshakeBody)

    assert (body.part, body.parts, body.symbols) == (1, 1, None)


@pytest.mark.parametrize("fields", [{"part": 0}, {"parts": 0}, {"parts": 257}])
def test_parts_are_counted_from_one_and_bounded(fields: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(HANDSHAKE | fields, ea_reports.HandshakeBody)


def test_sessions_and_features_are_bounded() -> None:
    sessions = [{"day": "monday"}] * 257
    with pytest.raises(msgspec.ValidationError, match="length <= 256"):
        msgspec.convert(SPEC | {"sessions": sessions}, ea_reports.SpecEntry)
    with pytest.raises(msgspec.ValidationError, match="length <= 256"):
        msgspec.convert({"features": ["x"] * 257}, ea_reports.Capabilities)


def test_money_is_needed_for_an_account() -> None:
    assert msgspec.convert(ACCOUNT, ea_reports.AccountEntry).margin == 0
    with pytest.raises(msgspec.ValidationError, match="equity"):
        msgspec.convert({"account_id": "7", "balance": 1}, ea_reports.AccountEntry)
