"""The history of the settings: what changed key by key, and what was not taken.

Only what is in the journal counts as known.  A Core that starts finds out what was changed while
none ran; the first one of all only writes down what there is.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from echo.domain.journal import Record, Recovered
from echo.domain.quantities import Instant
from echo.domain.rulings import Acceptance, ConfigChange, SettingSeen
from echo.engine.desk import DeskRules
from echo.engine.events import SettingsRead
from echo.engine.outbox import Outbox
from echo.engine.state import State

AT_A_START = "found at a start"


def read(state: State, event: SettingsRead, now: Instant, out: Outbox) -> None:
    """Take in what the settings say now; what came before the journal was read waits for it."""
    desk = state.desk
    if desk.settings is None or event.whole:
        desk.settings = {}
    for key, text in event.values:
        if text is None:
            desk.settings.pop(key, None)
        else:
            desk.settings[key] = text
    desk.settings_place = event.place
    if not desk.restored:
        return
    for refused in event.refused:
        out.persist(
            ConfigChange(
                key=refused.key,
                before=desk.settings_seen.get(refused.key) or "",
                after=refused.value,
                changed_at_ms=now.wall_ms,
                changed_by=event.place,
                acceptance=Acceptance.REFUSED,
                reason=refused.reason,
            )
        )
    keys = {key for key, _ in event.values} | (desk.settings_seen.keys() if event.whole else set())
    out.persist(*_differences(desk, keys, now, restart=frozenset(event.restart)))


def restore(state: State, recovered: Recovered, now: Instant, out: Outbox) -> None:
    """Take in what was known; what the settings say by now is compared with it."""
    desk = state.desk
    desk.settings_seen = {each.key: each.value for each in recovered.settings}
    said = desk.settings
    if said is None:
        return
    if recovered.settings:
        keys = said.keys() | desk.settings_seen.keys()
        out.persist(*_differences(desk, keys, now, reason=AT_A_START))
    else:
        desk.settings_seen = dict(said)
        out.persist(*(SettingSeen(key=key, value=text) for key, text in sorted(said.items())))


def _differences(
    desk: DeskRules,
    keys: AbstractSet[str],
    now: Instant,
    *,
    restart: frozenset[str] = frozenset(),
    reason: str = "",
) -> Iterator[Record]:
    seen, said = desk.settings_seen, desk.settings or {}
    for key in sorted(keys):
        before, after = seen.get(key), said.get(key)
        if before == after:
            continue
        seen[key] = after
        yield ConfigChange(
            key=key,
            before=before or "",
            after=after or "",
            changed_at_ms=now.wall_ms,
            changed_by=desk.settings_place,
            acceptance=Acceptance.RESTART if key in restart else Acceptance.IN_FORCE,
            reason=reason,
        )
        yield SettingSeen(key=key, value=after)
