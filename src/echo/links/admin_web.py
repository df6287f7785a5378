"""The admin door's web server: routes, the token, bounds.  Loaded only where the door is open."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from echo.domain.desk import ListRules
from echo.domain.health import NOT_READY, Health
from echo.domain.operations import Answer, NotDone, OperationCode
from echo.domain.operations import Request as Question
from echo.links.admin_pages import Beside, pages
from echo.links.grpc_options import TlsFiles
from echo.wire.desk import KINDS, read_change
from echo.wire.explanations import read_explain
from echo.wire.health import write_health
from echo.wire.operations import NOBODY, read_listing, read_request, write_answer
from echo.wire.refusals import WireError
from echo.wire.registry import read_coverage, read_evaluate, read_listing_of_accounts

BODY_BYTES_MAX: Final = 4_096
RULES_BYTES_MAX: Final = 1_048_576
"""A week's calendar of windows, or the policies of a large desk."""
CONNECTIONS_MAX: Final = 64
HEAD_BYTES_MAX: Final = 16_384
IDLE_S_MAX: Final = 5
API: Final = "/api/v1/replicator"
DESK_API: Final = "/api/v1/desk"
HANDSHAKE_API: Final = "/api/v1/handshake"
SYMBOLS_API: Final = "/api/v1/symbols"
POLICY_API: Final = "/api/v1/policy"

LetsIn = Callable[[str], bool]
Tells = Callable[[], Awaitable[Health]]
Operate = Callable[[str, Question], Awaitable[Answer]]
Figures = Callable[[str], tuple[bytes, str] | None]
"""Takes what types of text are accepted; returns the text and its type, ``None`` = no figures."""

_STATUS: Final = {
    OperationCode.UNKNOWN_COMMAND: 404,
    OperationCode.UNKNOWN_RULE: 404,
    OperationCode.BAD_RULE: 400,
    OperationCode.UNKNOWN_ACCOUNT: 404,
    OperationCode.NOT_READY: 503,
    OperationCode.NO_ANSWER: 503,
}
"""Of refusals; all others are 409: what was asked contradicts what is."""

_CODES: Final = {404: "no_such_page", 405: "wrong_method", 413: "too_large", 400: "bad_request"}
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the program, whose business they are."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def server(app: Starlette, tls: TlsFiles | None) -> QuietServer:
    """Return a server for *app*; it listens on the sockets that it is handed."""
    return QuietServer(
        uvicorn.Config(
            app,
            loop="none",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=CONNECTIONS_MAX,
            limit_concurrency=CONNECTIONS_MAX,
            h11_max_incomplete_event_size=HEAD_BYTES_MAX,
            timeout_keep_alive=IDLE_S_MAX,
            timeout_graceful_shutdown=1,
            ssl_certfile=tls.cert_file if tls else None,
            ssl_keyfile=tls.key_file if tls else None,
        )
    )


def application(
    lets_in: LetsIn,
    operate: Operate,
    health: Tells,
    figures: Figures,
    beside: Beside | None = None,
) -> Starlette:
    """Return the admin door's pages.

    Args:
        lets_in: Whether whoever shows this token may ask.
        operate: Brings a question to the engine, in somebody's name.
        health: How the Core does.
        figures: What Prometheus is told.
        beside: What is told without asking the engine; ``None`` = nothing is.
    """

    def tells(
        read: Callable[[Mapping[str, str]], Question],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            _let_in(request, lets_in)
            return _answer(await operate(NOBODY, read(request.query_params)))

        return page

    def does(
        path: str, read: Callable[[bytes], tuple[str, Question]], bytes_max: int = BODY_BYTES_MAX
    ) -> Route:
        async def page(request: Request) -> Response:
            _let_in(request, lets_in)
            by, question = read(await _body(request, bytes_max))
            return _answer(await operate(by, question))

        return Route(path, page, methods=["POST"])

    return Starlette(
        routes=[
            *_for_everybody(health, figures),
            Route(f"{API}/pending", tells(_pending)),
            Route(f"{DESK_API}/rules", tells(lambda _: ListRules())),
            *(
                does(f"{DESK_API}/{kind}", partial(read_change, kind), RULES_BYTES_MAX)
                for kind in KINDS
            ),
            Route(f"{HANDSHAKE_API}/list", tells(read_listing_of_accounts)),
            does(f"{HANDSHAKE_API}/evaluate", read_evaluate),
            Route(f"{SYMBOLS_API}/coverage", tells(read_coverage)),
            Route(f"{POLICY_API}/explain", tells(read_explain)),
            *(
                does(f"{API}/{kind}", partial(read_request, kind))
                for kind in ("reconcile", "resend", "settle")
            ),
            *(
                pages(beside, lambda request: _let_in(request, lets_in), _ready_made)
                if beside
                else ()
            ),
        ],
        exception_handlers={HTTPException: _http_error, WireError: _unreadable, 500: _failed},
    )


def _for_everybody(health: Tells, figures: Figures) -> list[Route]:
    """Return the pages that need no token."""

    async def metrics(request: Request) -> Response:
        found = figures(request.headers.get("accept", ""))
        if found is None:
            raise HTTPException(404)
        text, kind = found
        return Response(text, headers={**_HEADERS, "content-type": kind})

    async def live(_: Request) -> Response:
        return _json({"live": True})

    async def is_ready(_: Request) -> Response:
        told = await health()
        if told.ready:
            return _json({"ready": True})
        if told.standby is not None:
            return _refusal(503, "standby", told.standby.sentence)
        return _refusal(503, "not_ready", NOT_READY)

    async def whole(_: Request) -> Response:
        return _ready_made(200, write_health(await health()))

    return [
        Route("/health", whole),
        Route("/health/live", live),
        Route("/health/ready", is_ready),
        Route("/metrics", metrics),
    ]


def _let_in(request: Request, lets_in: LetsIn) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not lets_in(given.strip()):
        raise HTTPException(401)


def _pending(query: Mapping[str, str]) -> Question:
    return read_listing(query.get("account"))


async def _body(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > bytes_max:
                raise HTTPException(413)
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return bytes(body)


def _answer(answer: Answer) -> Response:
    status = _STATUS.get(answer.code, 409) if isinstance(answer, NotDone) else 200
    return Response(write_answer(answer), status, _HEADERS, "application/json")


def _ready_made(status: int, body: bytes) -> Response:
    return Response(body, status, _HEADERS, "application/json")


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, _HEADERS, "application/json")


def _refusal(status: int, code: str, sentence: str) -> Response:
    return _json({"code": code, "sentence": sentence}, status)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 401:
        refusal = _refusal(
            401,
            "not_allowed",
            "the token is missing or wrong: it is in admin.token in the Core's state folder",
        )
        refusal.headers["www-authenticate"] = "Bearer"
        return refusal
    sentence = {
        404: f"there is no page {request.url.path[:80]}",
        405: f"{request.url.path[:80]} cannot be asked by {request.method[:10]}",
        413: f"a request has at most {BODY_BYTES_MAX} bytes, one about rules {RULES_BYTES_MAX}",
    }.get(status, "the request cannot be read")
    return _refusal(status, _CODES.get(status, "bad_request"), sentence)


def _unreadable(_: Request, error: Exception) -> Response:
    return _refusal(400, "bad_request", str(error))


def _failed(_: Request, error: Exception) -> Response:
    return _refusal(500, "failed", f"the Core failed on it: {type(error).__name__}")
