"""Identifiers are checked for their shape where they come in."""

import pytest

from echo.wire.identifiers import (
    account_id,
    account_of,
    client_id,
    command_id,
    identifier,
    trade_id,
)
from echo.wire.refusals import WireError, WireReason

UUID = "3F2504E0-4F89-41D3-9A0C-0000305E82C3"


def test_uuids_of_any_version_are_lower_cased() -> None:
    assert trade_id(UUID) == "3f2504e0-4f89-41d3-9a0c-0000305e82c3"
    assert command_id(UUID.lower()) == UUID.lower()


@pytest.mark.parametrize("read", [trade_id, command_id])
@pytest.mark.parametrize("text", ["", "1", UUID[:-1], UUID + "\n", UUID.replace("-", "")])
def test_what_is_no_uuid_is_refused(read, text: str) -> None:
    with pytest.raises(WireError) as refusal:
        read(text)

    assert refusal.value.reason is WireReason.BAD_IDENTIFIER


@pytest.mark.parametrize("read", [account_id, client_id, lambda text: identifier(text, "id")])
@pytest.mark.parametrize("text", ["", "a b", "x" * 65, "ä", "a/b", "a\n"])
def test_what_is_no_identifier_is_refused(read, text: str) -> None:
    with pytest.raises(WireError) as refusal:
        read(text)

    assert refusal.value.reason is WireReason.BAD_IDENTIFIER


def test_an_account_is_named_by_itself_or_by_its_client() -> None:
    assert account_of("61100781", "slave_7") == "61100781"
    assert account_of("", "slave_61100781") == "61100781"
    assert account_of("", "somebody") == ""
    assert account_of("", "") == ""
    with pytest.raises(WireError):
        account_of("", "slave_a b")
