"""The reference of how rules and their changes are kept: in dictionaries, by their derived keys."""

from dataclasses import dataclass, field

from echo.domain.ids import AccountId, StrategyId
from echo.domain.modes import Mode, Scope
from echo.domain.rulings import (
    ConfigChange,
    Origin,
    PolicyRecord,
    Ruling,
    SettingSeen,
    SwitchRecord,
    WindowRecord,
)


@dataclass(slots=True)
class MemoryRules:
    """Everything that people changed of the rules."""

    policies: dict[tuple[AccountId, StrategyId, int], PolicyRecord] = field(default_factory=dict)
    windows: dict[str, WindowRecord] = field(default_factory=dict)
    switches: dict[tuple[Scope, AccountId], SwitchRecord] = field(default_factory=dict)
    changes: dict[tuple[int, str, str], ConfigChange] = field(default_factory=dict)
    settings: dict[str, SettingSeen] = field(default_factory=dict)

    def put(self, record: Ruling) -> None:
        """Take a record."""
        match record:
            case PolicyRecord():
                self.policies[record.account_id, record.strategy_id, record.version] = record
            case WindowRecord():
                self.windows[record.window.window_id] = record
            case SwitchRecord():
                self.switches[record.switch.key] = record
            case ConfigChange():
                key = (record.changed_at_ms, record.key, record.after)
                self.changes.setdefault(key, record)
            case SettingSeen():
                self.settings[record.key] = record

    @property
    def latest_policies(self) -> tuple[PolicyRecord, ...]:
        """The latest version of each account, strategy and origin."""
        latest: dict[tuple[AccountId, StrategyId, Origin], PolicyRecord] = {}
        for _, record in sorted(self.policies.items()):
            latest[record.account_id, record.strategy_id, record.origin] = record
        return tuple(latest[key] for key in sorted(latest))

    @property
    def standing_windows(self) -> tuple[WindowRecord, ...]:
        """Windows that were not removed."""
        return tuple(row for _, row in sorted(self.windows.items()) if not row.removed)

    @property
    def standing_switches(self) -> tuple[SwitchRecord, ...]:
        """Switches that are not ``live``."""
        return tuple(
            row for _, row in sorted(self.switches.items()) if row.switch.mode is not Mode.LIVE
        )
