"""Packs of limits: a firm's rules for one product as a TOML file, each with its source and date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from echo.config.pack_rules import BadRule, PackRules, read_rule

PACK_BYTES_MAX: Final = 256 * 1024
RULES_MAX: Final = 50
_TEXTS: Final = ("name", "firm", "product", "phase", "notes", "copying")


class BadPack(ValueError):
    """A pack that cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPack:
    """A pack, as far as it does not depend on the account.

    ``copying``: what the firm says about copied trades; empty = nothing is known.
    """

    name: str
    firm: str = ""
    product: str = ""
    phase: str = ""
    notes: str = ""
    copying: str = ""
    verified_on: str
    tables: tuple[Mapping[str, Any], ...]

    def rules(self, initial_balance: Decimal) -> PackRules:
        """Return the rules for an account that began with *initial_balance*.

        Raises:
            BadPack: one of them cannot be read.
        """
        try:
            return PackRules.of(read_rule(table, initial_balance) for table in self.tables)
        except BadRule as error:
            raise BadPack(f"pack {self.name}: {error}") from None


def built_in_names() -> tuple[str, ...]:
    """Return the names of the packs that come with Echo."""
    return tuple(
        sorted(
            each.name.removesuffix(".toml")
            for each in (files("echo.config") / "packs").iterdir()
            if each.name.endswith(".toml")
        )
    )


def load_pack(name_or_path: str) -> LimitPack:
    """Return the pack of that name, or in that file: a path has a slash or ends in ``.toml``.

    Raises:
        BadPack: there is none, or it cannot be used.
    """
    if name_or_path in built_in_names():
        place = files("echo.config") / "packs" / f"{name_or_path}.toml"
        return read_pack(place.read_text(encoding="utf-8"), name_or_path)
    path = Path(name_or_path)
    if path.suffix != ".toml":
        raise BadPack(
            f"there is no pack {name_or_path!r}: name a file that ends in .toml, or one of"
            f" {', '.join(built_in_names())}"
        )
    try:
        with path.open("rb") as file:
            content = file.read(PACK_BYTES_MAX + 1)
    except OSError as error:
        raise BadPack(f"pack {path}: {error.strerror}") from error
    if len(content) > PACK_BYTES_MAX:
        raise BadPack(f"pack {path} is larger than {PACK_BYTES_MAX} bytes")
    try:
        return read_pack(content.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise BadPack(f"pack {path} is not UTF-8 text") from None


def read_pack(text: str, where: str) -> LimitPack:
    """Read a pack.

    Args:
        where: How to call it in messages.

    Raises:
        BadPack: it is not TOML, or not a pack.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadPack(f"pack {where} is not TOML: {error}") from None
    tables = raw.pop("rule", None)
    verified_on = raw.pop("verified_on", None)
    unknown = sorted(raw.keys() - set(_TEXTS))
    if unknown:
        raise BadPack(f"pack {where}: {', '.join(unknown)} is no word of a pack")
    wrong = sorted(key for key, value in raw.items() if not isinstance(value, str))
    if wrong:
        raise BadPack(f"pack {where}: {', '.join(wrong)} is not a text")
    if not raw.get("name"):
        raise BadPack(f"pack {where}: name is missing")
    if not isinstance(verified_on, date):
        raise BadPack(f"pack {where}: verified_on is missing, a date such as 2026-11-21")
    listed = isinstance(tables, list) and all(isinstance(each, dict) for each in tables)
    if not listed or not 0 < len(tables) <= RULES_MAX:
        raise BadPack(f"pack {where}: it needs 1 to {RULES_MAX} tables [[rule]]")
    pack = LimitPack(**raw, verified_on=verified_on.isoformat(), tables=tuple(tables))
    complaints = list(pack.rules(Decimal(100_000)).complaints())
    if complaints:
        raise BadPack(f"pack {where}: {complaints[0]}")
    return pack
