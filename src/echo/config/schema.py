"""Every setting, once; and the one place where a key is looked up."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from echo.config.agent_keys import AGENT_KEYS
from echo.config.cache_keys import CACHE_KEYS
from echo.config.core_keys import CORE_KEYS
from echo.config.events_keys import EVENTS_KEYS
from echo.config.idle_keys import IDLE_KEYS
from echo.config.lease_keys import LEASE_KEYS
from echo.config.limit_keys import LIMIT_KEYS
from echo.config.notice_keys import NOTICE_KEYS
from echo.config.policy_keys import POLICY_KEYS
from echo.config.rule_keys import RULE_KEYS
from echo.config.setting import Setting
from echo.config.store_keys import STORE_KEYS
from echo.config.symbol_keys import SYMBOL_KEYS
from echo.config.telemetry_keys import TELEMETRY_KEYS

SETTINGS: Final[tuple[Setting, ...]] = (
    *CORE_KEYS,
    *STORE_KEYS,
    *CACHE_KEYS,
    *LEASE_KEYS,
    *EVENTS_KEYS,
    *AGENT_KEYS,
    *POLICY_KEYS,
    *LIMIT_KEYS,
    *RULE_KEYS,
    *SYMBOL_KEYS,
    *TELEMETRY_KEYS,
    *NOTICE_KEYS,
    *IDLE_KEYS,
)

_PLAIN: Final = {
    "/".join((*each.parts[:-1], name)): each
    for each in SETTINGS
    if "{" not in each.key
    for name in (each.parts[-1], *each.aliases)
}
_PATTERNS: Final = tuple(each for each in SETTINGS if "{" in each.key)


def find(key: str) -> Setting | None:
    """Return the setting that *key* names, in its canonical or an older spelling."""
    plain = _PLAIN.get(key)
    if plain is not None:
        return plain
    parts = key.split("/")
    return next((each for each in _PATTERNS if _matches(each, parts)), None)


def nearest(key: str) -> str | None:
    """Return the known key that *key* was probably meant to be."""
    found = get_close_matches(key, _spellings(key), n=1, cutoff=0.6)
    return found[0] if found else None


def _matches(setting: Setting, parts: list[str]) -> bool:
    pattern = setting.parts
    if len(pattern) != len(parts):
        return False
    *heads, last = zip(pattern, parts, strict=True)
    if not all(want == part or (want[0] == "{" and part) for want, part in heads):
        return False
    return last[1] == last[0] or last[1] in setting.aliases


def _spellings(key: str) -> Iterable[str]:
    """Yield all keys, with the placeholders of patterns filled in from *key*."""
    yield from _PLAIN
    parts = key.split("/")
    for setting in _PATTERNS:
        if len(setting.parts) == len(parts):
            yield "/".join(
                given if want.startswith("{") else want
                for want, given in zip(setting.parts, parts, strict=True)
            )
