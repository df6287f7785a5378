"""Rows about rules and their changes: written as rows, and read back, beside each other.

The order of the columns is that of the statements in ``journal.sql``.
"""

from typing import Any, Final

import msgspec

from echo.domain.modes import Mode, Scope, Switch
from echo.domain.policy import RiskPolicy
from echo.domain.rulings import (
    Acceptance,
    ConfigChange,
    Origin,
    PolicyRecord,
    SettingSeen,
    SwitchRecord,
    WindowRecord,
)
from echo.domain.windows import Window, WindowSource
from echo.stores.sqlite.cells import Row, json_of

_POLICY: Final = msgspec.json.Decoder(RiskPolicy)


def policy_row(record: PolicyRecord) -> Row:
    """Return the row of ``put_policy_version``."""
    return (
        record.account_id,
        record.strategy_id,
        record.version,
        record.origin,
        _policy_text(record.policy),
        _policy_text(record.before),
        record.changed_at_ms,
        record.changed_by,
    )


def read_policy_record(row: Any) -> PolicyRecord:
    """Read a row of ``policy_records``."""
    return PolicyRecord(
        account_id=row[0],
        strategy_id=row[1],
        version=row[2],
        origin=Origin(row[3]),
        policy=_policy(row[4]),
        before=_policy(row[5]),
        changed_at_ms=row[6],
        changed_by=row[7],
    )


def window_row(record: WindowRecord) -> Row:
    """Return the row of ``put_window``."""
    window = record.window
    return (
        window.window_id,
        window.account_id,
        window.symbol,
        window.starts_at_ms,
        window.ends_at_ms,
        window.pre_buffer_s,
        window.post_buffer_s,
        window.notes,
        window.source,
        record.removed,
        record.changed_at_ms,
        record.changed_by,
    )


def read_window(row: Any) -> WindowRecord:
    """Read a row of ``windows``."""
    return WindowRecord(
        window=Window(
            window_id=row[0],
            account_id=row[1],
            symbol=row[2],
            starts_at_ms=row[3],
            ends_at_ms=row[4],
            pre_buffer_s=row[5],
            post_buffer_s=row[6],
            notes=row[7],
            source=WindowSource(row[8]),
        ),
        removed=bool(row[9]),
        changed_at_ms=row[10],
        changed_by=row[11],
    )


def switch_row(record: SwitchRecord) -> Row:
    """Return the row of ``put_switch``."""
    switch = record.switch
    return (
        switch.scope,
        switch.target,
        switch.mode,
        switch.by,
        switch.since_ms,
        record.changed_at_ms,
        record.changed_by,
    )


def read_switch(row: Any) -> SwitchRecord:
    """Read a row of ``switches``."""
    return SwitchRecord(
        switch=Switch(
            scope=Scope(row[0]), target=row[1], mode=Mode(row[2]), by=row[3], since_ms=row[4]
        ),
        changed_at_ms=row[5],
        changed_by=row[6],
    )


def change_row(record: ConfigChange) -> Row:
    """Return the row of ``put_config_change``."""
    return (
        record.changed_at_ms,
        record.key,
        record.before,
        record.after,
        record.changed_by,
        record.acceptance,
        record.reason,
    )


def read_change(row: Any) -> ConfigChange:
    """Read a row of ``changes``."""
    return ConfigChange(
        changed_at_ms=row[0],
        key=row[1],
        before=row[2],
        after=row[3],
        changed_by=row[4],
        acceptance=Acceptance(row[5]),
        reason=row[6],
    )


def setting_row(record: SettingSeen) -> Row:
    """Return the row of ``put_setting``."""
    return record.key, record.value


def read_setting(row: Any) -> SettingSeen:
    """Read a row of ``settings``."""
    return SettingSeen(key=row[0], value=row[1])


def _policy_text(policy: RiskPolicy | None) -> str | None:
    return None if policy is None else json_of(policy)


def _policy(text: str | None) -> RiskPolicy | None:
    return None if text is None else _POLICY.decode(text)
