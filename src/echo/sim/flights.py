"""What EAs ask their brokers, and for whom: opens in flight, fills, sessions."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.ids import AccountId, Ticket, order_tag
from echo.domain.quantities import Side
from echo.domain.reconciliation import Discrepancy
from echo.sim.schedule import Schedule
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.opening import Reading, reading_of
from echo.terminal.orders import BrokerEvent, Filled, OrderRequest, Refused, SendOrder

FlightKey = tuple[str, str, Side, Decimal, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken: the invariant's number, when, and what happened."""

    invariant: int
    at_ms: int
    sentence: str


class Flights:
    """Looks at orders and at what comes of them, and at who may give them."""

    def __init__(self, schedule: Schedule) -> None:
        self.violations: list[Violation] = []
        self.fills: Counter[tuple[AccountId, str]] = Counter()
        self.legacy: set[str] = set()
        """Terminals of older protocols, of which less is promised."""
        self._schedule = schedule
        self._in_flight: dict[FlightKey, dict[str, str]] = defaultdict(dict)
        """Opens that were ordered and have no result: by key, command and terminal."""
        self._foreign: dict[AccountId, set[Ticket]] = defaultdict(set)
        """Positions that somebody opened by hand."""
        self._copied: set[AccountId] = set()
        """Accounts whose two EAs have copies of one file."""
        self._doubled: set[tuple[AccountId, str]] = set()
        """Opens that both of them ordered, by tag: the second could not know of the first."""
        self._sessions: dict[tuple[str, str, AccountId], int] = {}
        """The session that each Agent serves on each of its pipes."""

    def violated(self, invariant: int, sentence: str) -> None:
        """Note that an invariant does not hold."""
        self.violations.append(
            Violation(invariant=invariant, at_ms=self._schedule.now_ms, sentence=sentence)
        )

    def copied(self, account_id: AccountId) -> None:
        """The second EA of an account has got a copy of the first one's file."""
        self._copied.add(account_id)

    def must_not_be(self, found: Discrepancy) -> bool:
        """Whether not even two EAs on one account excuse what books and journal say."""
        doubled = (found.account_id, order_tag(found.trade_id)) in self._doubled
        return found.kind == "duplicated" and not doubled

    # ------------------------------------------------------------------------ sessions

    def session_given(self, agent: str, role: str, account_id: AccountId, session: int) -> None:
        """An Agent tells an EA the number of its session; it may serve no other on that pipe."""
        holder = self._sessions.setdefault((agent, role, account_id), session)
        if holder != session:
            self.violated(15, f"{agent} serves two EAs of {account_id} as {role}")

    def session_over(self, agent: str, role: str, account_id: AccountId, session: int) -> None:
        """A pipe is closed."""
        if self._sessions.get((agent, role, account_id)) == session:
            del self._sessions[agent, role, account_id]

    def agent_died(self, agent: str) -> None:
        """All its sessions are over."""
        for key in [each for each in self._sessions if each[0] == agent]:
            del self._sessions[key]

    # ------------------------------------------------------------------------ orders

    def ordered(
        self, who: str, account_id: AccountId, request: OrderRequest, here: AccountId | None = None
    ) -> None:
        """An EA asks its broker: two opens that look the same may not be unresolved at once.

        Args:
            account_id: Whose EA it is.
            here: The account to which its terminal is logged in just now; ``None`` = its own.
        """
        if here not in {None, account_id}:
            self.violated(16, f"{who} orders on account {here}, it is authenticated elsewhere")
        if not isinstance(request, SendOrder):
            ticket = getattr(request, "ticket", None)
            if ticket in self._foreign[account_id]:
                self.violated(16, f"{who} touches ticket {ticket}, which is not Echo's")
            return
        if who in self.legacy:
            return
        command_id = request.ref.split(":")[1]
        key = (account_id, request.symbol, request.side, request.lot, request.magic_number)
        flights = self._in_flight[key]
        rivals = [each for each in flights if each != command_id]
        if rivals:
            self.violated(2, f"{who} orders {command_id} while {rivals[0]} is unresolved")
        if flights.get(command_id, who) != who and account_id in self._copied:
            self._doubled.add((account_id, request.comment))
        flights[command_id] = who

    def replied(self, event: BrokerEvent, terminal: str) -> None:
        """A broker answered an EA: a fill or a definite no resolves its order."""
        if isinstance(event, Refused):
            definite = reading_of(event.code, terminal) is not Reading.DOUBT
        else:
            definite = isinstance(event, Filled)
        if definite and event.ref:
            self.landed(event.ref.split(":")[1])

    def landed(self, command_id: str) -> None:
        """An open has its result."""
        for flights in self._in_flight.values():
            flights.pop(command_id, None)

    def forgot(self, who: str) -> None:
        """An EA lost its memory, and with it what it had ordered."""
        for flights in self._in_flight.values():
            for command_id in [each for each, terminal in flights.items() if terminal == who]:
                del flights[command_id]

    def booked(self, account_id: AccountId, entry: BookEntry) -> None:
        """A broker executed something: one fill per trade and follower."""
        foreign = self._foreign[account_id]
        if entry.new_ticket is not None and entry.ticket in foreign:
            foreign.add(entry.new_ticket)
        if entry.kind is not BookKind.OPENED:
            return
        if not entry.asked:
            foreign.add(entry.ticket)
            return
        key = (account_id, entry.asked)
        self.fills[key] += 1
        if self.fills[key] > 1 and key not in self._doubled:
            self.violated(
                2, f"{account_id} holds {self.fills[key]} fills of the trade tagged {entry.asked}"
            )
