"""Questions about registration and their answers as JSON, as they cross the admin door."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from echo.domain.operations import NAME_CHARS_MAX
from echo.domain.registry import (
    COVERAGE_HOURS,
    AskCoverage,
    Coverage,
    Evaluate,
    Evaluated,
    ListRegistrations,
    RegistrationList,
    RegistryAnswer,
    RegistryRequest,
)
from echo.wire.identifiers import account_id
from echo.wire.refusals import WireError, WireReason, quoted

HOURS_MAX: Final = 24 * 366
SENTENCE_CHARS_MAX: Final = 200
NOBODY: Final = "operator"

_Name = Annotated[
    str, Meta(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class _Evaluate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    account_id: Annotated[str, Meta(max_length=64)]
    send: bool = True
    by: _Name = NOBODY


def read_listing_of_accounts(query: Mapping[str, str]) -> ListRegistrations:
    """Return the question for how accounts are registered.  Raises ``WireError``."""
    account = query.get("account")
    return ListRegistrations(account_id=account_id(account) if account else None)


def read_coverage(query: Mapping[str, str]) -> AskCoverage:
    """Return the question whether all accounts report.  Raises ``WireError``."""
    hours = query.get("hours", str(COVERAGE_HOURS))
    if not (hours.isascii() and hours.isdigit() and 1 <= int(hours[:9]) <= HOURS_MAX):
        sentence = f"hours is {quoted(hours)}, not a whole number of 1 to {HOURS_MAX}"
        raise WireError(WireReason.OUT_OF_RANGE, sentence)
    return AskCoverage(hours=int(hours))


def read_evaluate(body: bytes) -> tuple[str, Evaluate]:
    """Return who asks for an account to be judged, and which.  Raises ``WireError``."""
    try:
        asked = msgspec.json.decode(body, type=_Evaluate)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error
    return asked.by, Evaluate(account_id=account_id(asked.account_id), send=asked.send)


def write_evaluate(by: str, request: Evaluate) -> bytes:
    """Write the body that `read_evaluate` reads."""
    return msgspec.json.encode(_Evaluate(account_id=request.account_id, send=request.send, by=by))


def read_registry_answer(request: RegistryRequest, body: bytes) -> RegistryAnswer:
    """Read the answer to *request*, which is the value as JSON.

    Raises:
        WireError: the body is not such an answer.
    """
    try:
        match request:
            case ListRegistrations():
                return msgspec.json.decode(body, type=RegistrationList)
            case Evaluate():
                return msgspec.json.decode(body, type=Evaluated)
            case AskCoverage():
                return msgspec.json.decode(body, type=Coverage)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error
