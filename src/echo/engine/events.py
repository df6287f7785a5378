"""What can happen to the Core: everything it decides by comes in as one of these."""

from dataclasses import dataclass

from echo.domain.ids import AgentId, EvaluationId, MessageId, TradeId
from echo.domain.journal import Recovered
from echo.domain.operations import Request
from echo.domain.policy import PolicyBook
from echo.domain.rulings import RefusedSetting
from echo.domain.sealing import sealed
from echo.domain.sessions import AgentHello, AgentToCore
from echo.engine.settings import EngineSettings

TimerKey = tuple[str, ...]
"""Names a timer: its purpose first, then whom it is for."""


@dataclass(frozen=True, slots=True)
class Started:
    """The journal was read: the first event of every life, and of every rebuild."""

    recovered: Recovered


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """New settings are in force."""

    settings: EngineSettings


@dataclass(frozen=True, slots=True)
class PoliciesChanged:
    """New policies are in force."""

    book: PolicyBook


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRead:
    """What settings say, as texts in the order of their keys; nothing here is a secret.

    ``place``: where they lie.  ``values``: ``None`` = nothing any more.  ``whole``: there are no
    other keys; else these are the ones that have changed.  ``restart``: keys whose new value
    counts when the Core is started again.  ``refused``: what is new there and cannot be used.
    """

    place: str
    values: tuple[tuple[str, str | None], ...]
    whole: bool = False
    restart: tuple[str, ...] = ()
    refused: tuple[RefusedSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """An Agent opened a stream."""

    agent_id: AgentId
    session: int
    hello: AgentHello


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """An Agent's stream is over."""

    agent_id: AgentId
    session: int
    reason: str


@sealed
@dataclass(frozen=True, slots=True)
class AgentSaid:
    """An Agent sent a message.

    ``message_id`` ``None`` = wants no acknowledgement; ``evaluation_id`` is minted by the shell
    for messages that may cause an evaluation, ``None`` for others.
    """

    agent_id: AgentId
    session: int
    message_id: MessageId | None
    message: AgentToCore
    evaluation_id: EvaluationId | None = None


@sealed
@dataclass(frozen=True, slots=True)
class Due:
    """A timer is due; checked against the state, for it may have been overtaken."""

    key: TimerKey


@dataclass(frozen=True, slots=True)
class Recalled:
    """The journal was asked about a trade that is not in memory: is it stored, and over?"""

    trade_id: TradeId
    settled: bool


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    """A person wants something; *request_id* returns with the answer.  ``by``: who that is."""

    request_id: int
    by: str
    request: Request


Event = (
    Started
    | SettingsChanged
    | PoliciesChanged
    | SettingsRead
    | AgentJoined
    | AgentLeft
    | AgentSaid
    | Due
    | Recalled
    | OperatorAsked
)
