"""The command line's side of the admin door."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote

from echo.domain.cache_facts import CacheStanding
from echo.domain.desk import (
    AddWindows,
    ListRules,
    PutPolicies,
    RemoveWindow,
    SetSwitch,
    WithdrawPolicy,
)
from echo.domain.explanations import ExplainEntry
from echo.domain.health import Health
from echo.domain.operations import (
    Answer,
    ListPending,
    NotDone,
    OperationCode,
    Reconcile,
    Request,
    Resend,
    Settle,
)
from echo.domain.overviews import AskOverview, ToldOverview
from echo.domain.registry import AskCoverage, Evaluate, ListRegistrations
from echo.ports.errors import AdminRefused, LinkDown, SettingsInvalid
from echo.wire.desk import write_change
from echo.wire.explanations import write_explain
from echo.wire.health import read_health
from echo.wire.operations import read_answer, write_request
from echo.wire.overviews import (
    read_caches,
    read_no_overview,
    read_overview,
    write_overview_question,
)
from echo.wire.refusals import WireError
from echo.wire.registry import write_evaluate

API: Final = "/api/v1/replicator"
DESK_API: Final = "/api/v1/desk"
HANDSHAKE_API: Final = "/api/v1/handshake"
SYMBOLS_API: Final = "/api/v1/symbols"
POLICY_API: Final = "/api/v1/policy"
OVERVIEWS_API: Final = "/api/v1/overviews"
CACHES_API: Final = "/api/v1/caches"
HEALTH: Final = "/health"
ANSWER_BYTES_MAX: Final = 4 * 1_048_576
TIMEOUT_S: Final = 10.0
"""Longer than the Core takes to say that its journal does not answer."""

CORE: Final = "the Core"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminClient:
    """Asks one Core, one question at a time.

    ``certificate``: the one that the Core shows, where its door has TLS; no other is believed.
    """

    host: str
    port: int
    token: str
    certificate: Path | None = None

    def ask(self, by: str, request: Request) -> Answer:
        """Return the Core's answer to *request*, asked in the name of *by*.

        Raises:
            LinkDown: nobody answers, or not what a Core would.
            AdminRefused: the request was not even brought to the engine.
            SettingsInvalid: the certificate cannot be read.
        """
        method, path, body = _spelled(by, request)
        status, answer = self._exchange(method, path, body)
        try:
            if status != 200 and not _is_refusal(answer):
                raise AdminRefused(_sentence(status, answer))
            return read_answer(request, status == 200, answer)
        except WireError as error:
            raise LinkDown(CORE, f"it answered {status}, which cannot be read: {error}") from error

    def overview(self, asked: AskOverview) -> ToldOverview | NotDone:
        """Return the Core's journal, added up as *asked*.

        Raises:
            LinkDown, AdminRefused, SettingsInvalid: as `ask`.
        """
        query = write_overview_question(asked)
        path = f"{OVERVIEWS_API}/{asked.kind}{'?' if query else ''}{query}"
        status, answer = self._exchange("GET", path, None)
        try:
            if status == 200:
                return read_overview(answer)
            if status == 503 and _is_refusal(answer):
                return read_no_overview(answer)
        except WireError as error:
            raise LinkDown(CORE, f"it answered {status}, which cannot be read: {error}") from error
        raise AdminRefused(_sentence(status, answer))

    def caches(self) -> tuple[CacheStanding, ...] | None:
        """Return how the Core's caches do; ``None`` = it does not count.

        Raises:
            LinkDown, AdminRefused, SettingsInvalid: as `ask`.
        """
        status, answer = self._exchange("GET", CACHES_API, None)
        if status != 200:
            raise AdminRefused(_sentence(status, answer))
        try:
            return read_caches(answer)
        except WireError as error:
            raise LinkDown(CORE, f"it answered 200, which cannot be read: {error}") from error

    def health(self) -> Health:
        """Return how the Core does; no token is needed for that.

        Raises:
            LinkDown: nobody answers, or not what a Core would.
            SettingsInvalid: the certificate cannot be read.
        """
        status, answer = self._exchange("GET", HEALTH, None)
        try:
            return read_health(answer)
        except WireError as error:
            raise LinkDown(CORE, f"it answered {status}, which cannot be read: {error}") from error

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        connection = self._connection()
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(ANSWER_BYTES_MAX)
        except (OSError, HTTPException) as error:
            raise LinkDown(CORE, str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host = self.host.strip("[]")
        if self.certificate is None:
            return HTTPConnection(host, self.port, timeout=TIMEOUT_S)
        try:
            context = ssl.create_default_context(cafile=str(self.certificate))
        except (OSError, ssl.SSLError) as error:
            raise SettingsInvalid([f"{self.certificate} cannot be used: {error}"]) from error
        # This very certificate is believed, whatever it is called: the Core's own file.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False
        return HTTPSConnection(host, self.port, timeout=TIMEOUT_S, context=context)


def _spelled(by: str, request: Request) -> tuple[str, str, bytes | None]:
    match request:
        case ListRules():
            return "GET", f"{DESK_API}/rules", None
        case AddWindows() | RemoveWindow() | SetSwitch() | PutPolicies() | WithdrawPolicy():
            kind, body = write_change(by, request)
            return "POST", f"{DESK_API}/{kind}", body
        case ListRegistrations(account_id=account_id):
            query = f"?account={quote(account_id)}" if account_id else ""
            return "GET", f"{HANDSHAKE_API}/list{query}", None
        case ExplainEntry():
            return "GET", f"{POLICY_API}/explain?{write_explain(request)}", None
        case AskCoverage(hours=hours):
            return "GET", f"{SYMBOLS_API}/coverage?hours={hours}", None
        case Evaluate():
            return "POST", f"{HANDSHAKE_API}/evaluate", write_evaluate(by, request)
        case ListPending(account_id=None):
            return "GET", f"{API}/pending", None
        case ListPending(account_id=account_id):
            return "GET", f"{API}/pending?account={quote(account_id or '')}", None
        case Resend() | Settle() | Reconcile():
            path = f"{API}/{type(request).__name__.lower()}"
            return "POST", path, write_request(by, request)


def _is_refusal(answer: bytes) -> bool:
    return _field(answer, "code") in set(OperationCode)


def _sentence(status: int, answer: bytes) -> str:
    return _field(answer, "sentence") or f"the Core answered {status}"


def _field(answer: bytes, name: str) -> str:
    try:
        return str(json.loads(answer)[name])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
