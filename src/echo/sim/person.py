"""A person who reads the brokers' books, and settles what no program can know."""

from collections.abc import Mapping
from typing import Final, Protocol

from echo.domain.answers import Outcome
from echo.domain.ids import Ticket, TradeId, order_tag
from echo.domain.journal import CommandStatus
from echo.domain.operations import Settle
from echo.engine.state import CommandState
from echo.sim.core_node import Core
from echo.sim.scenario import Scenario, slave_name
from echo.sim.site import Site
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.legacy_slave import COMMENT_CHARS

NAME: Final = "a person"


class Place(Protocol):
    """Where this person works."""

    scenario: Scenario
    sites: dict[str, Site]

    @property
    def holder(self) -> Core:
        """The Core that serves."""


def settle(place: Place) -> int:
    """Settle every open in doubt as the book of its account has it; return how many.

    What was filled in part stays in doubt: the size of a fill cannot be told to the Core.
    """
    core, settled = place.holder, 0
    for command in tuple(core.engine.state.commands.values()):
        if command.status is not CommandStatus.IN_DOUBT:
            continue
        request = _request(place, command)
        if request is not None:
            core.asked(NAME, request)
            settled += 1
    return settled


def _request(place: Place, command: CommandState) -> Settle | None:
    command_id = command.command.command_id
    book = _book_of(place, command)
    opened = [each for each in book if each.asked in _names(command.trade_id)]
    fills = [each for each in opened if each.kind is BookKind.OPENED]
    if not fills:
        return Settle(command_id=command_id, outcome=Outcome.FAILED)
    if len(fills) > 1 or fills[0].lot != getattr(command.command, "lot", None):
        return None
    ticket = _ticket_now(fills[0].ticket, book)
    return Settle(command_id=command_id, outcome=Outcome.FILLED, ticket=ticket, sure=True)


def _book_of(place: Place, command: CommandState) -> list[BookEntry]:
    for seat in place.scenario.slaves:
        if seat.account_id == command.account_id:
            return place.sites[slave_name(seat)].book
    return []


def _names(trade_id: TradeId) -> tuple[str, str]:
    """What an order of the trade is called; EAs of older protocols use its beginning."""
    return (order_tag(trade_id), trade_id[:COMMENT_CHARS])


def _ticket_now(ticket: Ticket, book: list[BookEntry]) -> Ticket:
    """Follow a position through the tickets that it went on under."""
    after: Mapping[Ticket, Ticket] = {
        each.ticket: each.new_ticket for each in book if each.new_ticket is not None
    }
    while ticket in after:
        ticket = after[ticket]
    return ticket
