"""Pages of the admin door that ask no engine: overviews of the journal, and how caches do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from echo.domain.cache_facts import CacheStanding
from echo.domain.operations import NotDone
from echo.domain.overviews import AskOverview, ToldOverview
from echo.wire.operations import write_answer
from echo.wire.overviews import read_overview_question, write_caches, write_overview

OVERVIEWS_API: Final = "/api/v1/overviews"
CACHES_API: Final = "/api/v1/caches"

LetIn = Callable[[Request], None]
"""Refuses a request without the token."""
Answers = Callable[[int, bytes], Response]
"""Makes an answer of a status and a JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a Core tells people without asking its engine.

    ``caches`` returns ``None`` where nothing is counted.
    """

    overview: Callable[[AskOverview], Awaitable[ToldOverview | NotDone]]
    caches: Callable[[], tuple[CacheStanding, ...] | None]


def pages(beside: Beside, let_in: LetIn, answers: Answers) -> list[Route]:
    """Return the routes; each lets in whoever shows the token."""

    async def overview(request: Request) -> Response:
        let_in(request)
        asked = read_overview_question(request.path_params["kind"], request.query_params)
        told = await beside.overview(asked)
        if isinstance(told, NotDone):
            return answers(503, write_answer(told))
        return answers(200, write_overview(told))

    async def caches(request: Request) -> Response:
        let_in(request)
        return answers(200, write_caches(beside.caches()))

    return [Route(f"{OVERVIEWS_API}/{{kind}}", overview), Route(CACHES_API, caches)]
