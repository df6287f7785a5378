"""Identifiers from outside: checked for their shape wherever bytes become domain values."""

from echo.domain.ids import AccountId, ClientId, CommandId, TradeId, is_identifier, is_uuid
from echo.wire.refusals import WireError, WireReason, quoted


def trade_id(text: str) -> TradeId:
    """Return a trade's id in lower case; any version of UUID, because legacy EAs send 4."""
    return TradeId(_uuid(text, "trade_id"))


def command_id(text: str) -> CommandId:
    """Return a command's id in lower case."""
    return CommandId(_uuid(text, "command_id"))


def _uuid(text: str, name: str) -> str:
    lowered = text.lower()
    if not is_uuid(lowered):
        raise WireError(WireReason.BAD_IDENTIFIER, f"{name} {quoted(text)} is not a UUID")
    return lowered


def account_id(text: str) -> AccountId:
    """Return an account's id, if it can be one."""
    return AccountId(identifier(text, "account_id"))


def client_id(text: str) -> ClientId:
    """Return a client's id, if it can be one."""
    return ClientId(identifier(text, "client_id"))


def account_of(account: str, client: str) -> AccountId:
    """Return the account of a message that names its account, or at least its client.

    Empty when it names neither: then it speaks for the account of its pipe.
    """
    return account_id(account) if account else AccountId(identifier_tail(client))


def identifier_tail(client: str) -> str:
    """Return ``61100781`` of ``slave_61100781``; empty when *client* is not of that form."""
    tail = client.partition("_")[2]
    return identifier(tail, "client_id") if tail else ""


def identifier(text: str, name: str) -> str:
    """Return *text* if it is 1 to 64 of ``A-Z a-z 0-9 . _ -``."""
    if not is_identifier(text):
        raise WireError(WireReason.BAD_IDENTIFIER, f"{name} {quoted(text)} is not an identifier")
    return text
