"""Settings as people may read them in a history: as text, and never a secret.

No setting is a secret; where one must be told, its file or the environment holds it.  But people
mistake keys, and addresses carry tokens: of what might be a secret only that it is there is shown.
"""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from echo.config.schema import find
from echo.config.spelling import as_text

HIDDEN: Final = "(not shown)"
TEXT_CHARS_MAX: Final = 2_000
"""Longer values are cut, and say so."""

_SECRET: Final = re.compile(
    r"pass(word|wd|phrase)?|token|secret|credential|api_?key", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def shown(key: str, raw: object) -> str:
    """Return what a history shows of the value *raw* of *key*."""
    setting = find(key)
    if setting is None or setting.ignored or _may_be_secret(key):
        return HIDDEN
    try:
        text = as_text(raw)
    except ValueError:
        text = str(raw)
    if _ADDRESS.match(text):
        text = _without_secrets(text)
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}… (cut)"


def reason_shown(reason: str, key: str, raw: object) -> str:
    """Return *reason*, which is about *key*, without the value if that is not shown."""
    text = str(raw)
    whole = shown(key, raw)
    return reason if not text or whole == text else reason.replace(text, whole)


def _may_be_secret(key: str) -> bool:
    name = key.rsplit("/", 1)[-1]
    return not name.endswith("_file") and _SECRET.search(name) is not None


def _without_secrets(address: str) -> str:
    """Keep scheme, host and port: user, path and query of an address may let somebody in."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    if not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc):
        return address
    return f"{urlunsplit((parts.scheme, host, '', '', ''))}/{HIDDEN}"
