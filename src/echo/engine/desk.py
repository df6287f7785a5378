"""The desk: what people have set at the running Core, beside what its settings say."""

from dataclasses import dataclass, field

from echo.domain.ids import AccountId, StrategyId, TradeId
from echo.domain.modes import Scope, Switch
from echo.domain.rulings import Origin, PolicyRecord
from echo.domain.windows import Window


@dataclass(slots=True)
class DeskRules:
    """What people have set at the running Core, beside the settings; durable."""

    windows: dict[str, Window] = field(default_factory=dict)
    switches: dict[tuple[Scope, AccountId], Switch] = field(default_factory=dict)
    policies: dict[tuple[AccountId, StrategyId, Origin], PolicyRecord] = field(default_factory=dict)
    """The latest of each, those of the settings and those withdrawn included."""
    begun: set[tuple[str, AccountId]] = field(default_factory=set)
    """Windows in force whose beginning an account has been told of."""
    unflattened: set[tuple[TradeId, AccountId]] = field(default_factory=set)
    """Copies that a terminal cannot be told to close; people know of them."""
    settings: dict[str, str] | None = None
    """What the settings say now, as texts; ``None`` = nobody has told."""
    settings_place: str = ""
    settings_seen: dict[str, str | None] = field(default_factory=dict)
    """What the journal knows of them."""
    restored: bool = False
    """Whether the journal has been read: before that nobody knows what is new."""
