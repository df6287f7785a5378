"""One EA on one pipe, from its connection to its end."""

from dataclasses import dataclass, field

from echo.domain.handshake import (
    NO_EVALUATION,
    AccountSymbolsReport,
    Feature,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, EvaluationId

PROTOCOL_NEWEST = 3


@dataclass(slots=True)
class Ea:
    """What is known of an EA; before its handshake nothing but its pipe.

    ``epoch`` numbers the sessions of one account and role; ``gate_open``: opens may pass;
    ``judged``: the Core's verdict about this session has come; ``barred``: why opens may not pass
    whatever the verdict says, empty = they may.
    """

    session: int
    role: Role
    account_id: AccountId
    opened_at_ms: int
    heard_mono_ms: int
    report: AccountSymbolsReport | None = None
    instance: str = ""
    protocol_version: int = 1
    offered: frozenset[str] = field(default_factory=frozenset)
    epoch: int = 0
    gate_open: bool = False
    judged: bool = False
    barred: str = ""
    verdict: SymbolRegistrationResult | None = None
    """The Core's latest about this session."""
    consumed: EvaluationId = NO_EVALUATION
    """The verdict that the EA says it has taken in."""

    pipe: tuple[Role, AccountId] = field(init=False)
    """The pipe it is on; each serves one EA."""

    def __post_init__(self) -> None:
        self.pipe = (self.role, self.account_id)

    @property
    def peer(self) -> str:
        """How facts name it."""
        return f"{self.role.value}_{self.account_id}"

    @property
    def rejected(self) -> bool:
        """Whether that is what the Core's verdict says."""
        return self.verdict is not None and self.verdict.status is RegistrationStatus.REJECTED

    @property
    def greeted(self) -> bool:
        """Whether its handshake was accepted."""
        return self.report is not None

    @property
    def lossless(self) -> bool:
        """Whether it keeps a ledger; if not, it is legacy."""
        return self.protocol_version >= PROTOCOL_NEWEST and Feature.LOSSLESS in self.offered

    @property
    def takes_acks(self) -> bool:
        """Whether it understands acknowledgements, sessions and delivery settings."""
        return self.protocol_version >= PROTOCOL_NEWEST

    def offers(self, feature: Feature) -> bool:
        """Whether it claims to be able to do something."""
        return feature in self.offered
