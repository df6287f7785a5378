"""Reading a whole set of settings: everything that is wrong with it, at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from echo.config.cache import cache_complaints, cache_warnings
from echo.config.policies import policy_complaints, policy_warnings
from echo.config.schema import SETTINGS, find, nearest
from echo.config.setting import Value
from echo.config.store import store_complaints
from echo.config.values import BadValue, read_value
from echo.domain.ids import is_identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Settings by canonical key, defaults included for keys without placeholders.

    With any of the ``complaints`` the settings must not be used; ``warnings`` are for people.
    """

    values: Mapping[str, Value]
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]


def read_settings(flat: Mapping[str, object], *, strangers: bool = False) -> Reading:
    """Read *flat*, a map from key to raw value, such as a file or a key-value store holds.

    Args:
        strangers: Unknown keys are warned about and left out, instead of complained about: a
            key-value store may be shared with others, a file is Echo's alone.
    """
    values: dict[str, Value] = {
        each.key: each.default for each in SETTINGS if "{" not in each.key and not each.ignored
    }
    complaints: list[str] = []
    warnings: list[str] = []
    spelled: dict[str, str] = {}
    bad: set[str] = set()
    for key, raw in flat.items():
        setting = find(key)
        if setting is None:
            meant = nearest(key)
            hint = f"; did you mean {meant}?" if meant else ""
            (warnings if strangers else complaints).append(f"{key} is not a setting{hint}")
            continue
        if setting.ignored:
            warnings.append(f"{key} has no effect: {setting.sentence}")
            continue
        canonical = "/".join((*key.split("/")[:-1], setting.parts[-1]))
        other = spelled.setdefault(canonical, key)
        if other != key:
            complaints.append(f"{key} and {other} are two names of one setting: keep one")
            continue
        try:
            values[canonical] = read_value(setting, key, raw)
        except BadValue as error:
            complaints.append(str(error))
            bad.add(canonical)
    # What could not be read has its default here, or nothing; it is complained about once.
    complaints += cross_complaints(values) + policy_complaints(values, bad)
    warnings += policy_warnings(values) + cache_warnings(values)
    return Reading(values=values, complaints=tuple(complaints), warnings=tuple(warnings))


def cross_complaints(values: Mapping[str, Value]) -> list[str]:
    """Check settings against each other."""
    found = []
    for program in ("core", "agent"):
        low, high = (
            values[f"{program}/protocol/min_version"],
            values[f"{program}/protocol/max_version"],
        )
        assert isinstance(low, int) and isinstance(high, int)  # noqa: S101, PT018 -- declared as whole numbers
        if low > high:
            found.append(
                f"{program}/protocol/min_version = {low} is above {program}/protocol/max_version"
                f" = {high}"
            )
            continue
        blocked = values["core/protocol/blocked_versions"] if program == "core" else ()
        if isinstance(blocked, tuple) and set(range(low, high + 1)) <= set(blocked):
            found.append(f"core/protocol/blocked_versions leaves none of {low} to {high}")
        waits = values[f"{program}/delivery/retry_backoff_ms"]
        assert isinstance(waits, tuple)  # noqa: S101 -- declared as a list
        waits_ms = [each for each in waits if isinstance(each, int)]
        rising = all(before < after for before, after in pairwise(waits_ms))
        if len(waits) < 5 or not rising:
            found.append(f"{program}/delivery/retry_backoff_ms needs at least five rising waits")
    found += _tls_complaints(values) + _name_complaints(values) + store_complaints(values)
    found += cache_complaints(values)
    both = set(_texts(values["agent/master_accounts"])) & set(
        _texts(values["agent/slave_accounts"])
    )
    found += [f"account {each} is a master and a slave of one Agent" for each in sorted(both)]
    return found


def _tls_complaints(values: Mapping[str, Value]) -> list[str]:
    return [
        f"{program}/tls/cert_file and {program}/tls/key_file belong together"
        for program in ("core", "agent")
        if (values[f"{program}/tls/cert_file"] is None)
        != (values[f"{program}/tls/key_file"] is None)
    ]


def _name_complaints(values: Mapping[str, Value]) -> list[str]:
    """Names that go into pipes, file names and frames must be plain."""
    named = [("agent/agent_id", _texts((str(values["agent/agent_id"]),)))]
    for key in ("core/slave_accounts", "agent/master_accounts", "agent/slave_accounts"):
        named.append((key, _texts(values[key])))
    return [
        f"{key}: {name!r} is not 1 to 64 of letters, digits, '.', '_' and '-'"
        for key, names in named
        for name in names
        if not is_identifier(name)
    ]


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
