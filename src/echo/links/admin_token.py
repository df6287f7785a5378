"""The secret that the Core shares with whoever may read its state folder."""

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from echo.ports.errors import SettingsInvalid

TOKEN_FILE: Final = "admin.token"  # noqa: S105 -- the name of a file, not a secret
_TOKEN_BYTES: Final = 32
_FILE_BYTES_MAX: Final = 256


def mint_token() -> str:
    """Return a fresh token."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def leave_token(folder: Path, token: str) -> None:
    """Write *token* into *folder*, readable by its owner only.

    Raises:
        SettingsInvalid: it cannot be written.
    """
    path = folder / TOKEN_FILE
    fresh = path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
        fresh.replace(path)
    except OSError as error:
        raise SettingsInvalid([f"{path} cannot be written: {error.strerror}"]) from error


def read_token(folder: Path) -> str | None:
    """Return the token of the Core whose state folder this is; ``None`` = there is none to read."""
    try:
        with (folder / TOKEN_FILE).open("rb") as file:
            return file.read(_FILE_BYTES_MAX).decode("ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def remove_token(folder: Path, token: str) -> None:
    """Leave nothing behind that opens no door any more; another Core's token stays."""
    if read_token(folder) == token:
        (folder / TOKEN_FILE).unlink(missing_ok=True)


def is_token(given: str, token: str) -> bool:
    """Compare without telling by the time it takes how much of *given* was right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode())
