"""An operator's requests and the Core's answers as JSON, as they cross the admin door."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from echo.domain.answers import AckStage, Outcome
from echo.domain.desk import DeskRequest
from echo.domain.explanations import ExplainEntry
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus
from echo.domain.operations import (
    NAME_CHARS_MAX,
    Answer,
    Carried,
    ListPending,
    NotDone,
    PendingList,
    PendingWork,
    Reconcile,
    Reconciled,
    Request,
    Resend,
    Settle,
)
from echo.domain.registry import RegistryRequest
from echo.wire.desk import read_desk_answer
from echo.wire.explanations import read_explained
from echo.wire.identifiers import account_id, command_id
from echo.wire.refusals import WireError, WireReason, quoted
from echo.wire.registry import read_registry_answer

NOBODY: Final = "operator"
"""Who asks, when nobody says so."""

SENTENCE_CHARS_MAX: Final = 200

_Name = Annotated[
    str, Meta(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_Id = Annotated[str, Meta(max_length=64)]
_Ticket = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class _Reconcile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    by: _Name = NOBODY


class _Resend(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    command_id: _Id
    by: _Name = NOBODY


class _Settle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    command_id: _Id
    outcome: Outcome
    ticket: _Ticket | None = None
    sure: bool = False
    by: _Name = NOBODY


class _Row(Struct, frozen=True, kw_only=True):
    command_id: str | None
    trade_id: str
    seq: int
    account_id: str
    kind: ActionKind
    stage: str
    status: CommandStatus
    attempt: int
    age_ms: int
    ticket: int | None
    candidates: tuple[int, ...]
    why: str


class _Rows(Struct, frozen=True, kw_only=True):
    rows: tuple[_Row, ...]
    total: int


_T = TypeVar("_T")


def read_request(kind: str, body: bytes) -> tuple[str, Request]:
    """Return who asks and what: *kind* is ``resend``, ``settle`` or ``reconcile``.

    Raises:
        WireError: the body is not what it should be.
    """
    if kind == "resend":
        resend = _decoded(body, _Resend)
        return resend.by, Resend(command_id=command_id(resend.command_id))
    if kind == "settle":
        settle = _decoded(body, _Settle)
        return settle.by, Settle(
            command_id=command_id(settle.command_id),
            outcome=settle.outcome,
            ticket=None if settle.ticket is None else Ticket(settle.ticket),
            sure=settle.sure,
        )
    if kind == "reconcile":
        return _decoded(body or b"{}", _Reconcile).by, Reconcile()
    raise ValueError(f"{kind} is no request")


def read_listing(account: str | None) -> ListPending:
    """Return the question for what is pending.  Raises ``WireError``."""
    return ListPending(account_id=account_id(account) if account else None)


def write_request(by: str, request: Resend | Settle | Reconcile) -> bytes:
    """Write the body that `read_request` reads."""
    match request:
        case Resend():
            return msgspec.json.encode(_Resend(command_id=request.command_id, by=by))
        case Settle():
            return msgspec.json.encode(
                _Settle(
                    command_id=request.command_id,
                    outcome=request.outcome,
                    ticket=request.ticket,
                    sure=request.sure,
                    by=by,
                )
            )
        case Reconcile():
            return msgspec.json.encode(_Reconcile(by=by))


def write_answer(answer: Answer) -> bytes:
    """Write an answer as one JSON object; a refusal has ``code`` and ``sentence``."""
    if isinstance(answer, PendingList):
        rows = tuple(_row(each) for each in answer.rows)
        return msgspec.json.encode(_Rows(rows=rows, total=answer.total))
    return msgspec.json.encode(answer)


def read_answer(request: Request, done: bool, body: bytes) -> Answer:
    """Read what `write_answer` wrote as the answer to *request*.

    Raises:
        WireError: the body is not such an answer.
    """
    if not done:
        return _decoded(body, NotDone)
    if isinstance(request, DeskRequest):
        return read_desk_answer(request, body)
    if isinstance(request, ExplainEntry):
        return read_explained(body)
    if isinstance(request, RegistryRequest):
        return read_registry_answer(request, body)
    if isinstance(request, ListPending):
        found = _decoded(body, _Rows)
        return PendingList(rows=tuple(map(_work, found.rows)), total=found.total)
    if isinstance(request, Reconcile):
        return _decoded(body, Reconciled)
    return _decoded(body, Carried)


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error


def _row(work: PendingWork) -> _Row:
    return _Row(
        command_id=work.command_id,
        trade_id=work.trade_id,
        seq=work.seq,
        account_id=work.account_id,
        kind=work.kind,
        stage=work.stage.name,
        status=work.status,
        attempt=work.attempt,
        age_ms=work.age_ms,
        ticket=work.ticket,
        candidates=work.candidates,
        why=work.why,
    )


def _work(row: _Row) -> PendingWork:
    if row.stage not in AckStage.__members__:
        raise WireError(WireReason.UNKNOWN_VALUE, f"{quoted(row.stage)} is no stage")
    return PendingWork(
        command_id=None if row.command_id is None else CommandId(row.command_id),
        trade_id=TradeId(row.trade_id),
        seq=row.seq,
        account_id=AccountId(row.account_id),
        kind=row.kind,
        stage=AckStage[row.stage],
        status=row.status,
        attempt=row.attempt,
        age_ms=row.age_ms,
        ticket=None if row.ticket is None else Ticket(row.ticket),
        candidates=tuple(map(Ticket, row.candidates)),
        why=row.why,
    )
