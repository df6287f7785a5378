"""Identities: derived, never minted on a retry path.

The same position seen again, after any crash and on any machine, gives the same ids; that is what
makes a repeated message harmless.  Layout: UUIDv7 of RFC 9562 with hash bits instead of random
ones, so the text sorts by open time and any receiver can check version and variant.
"""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final, NewType

AccountId = NewType("AccountId", str)
"""The login at a broker, as text; unique per Core."""
ClientId = NewType("ClientId", str)
"""One EA instance: ``master_<account>`` or ``slave_<account>``."""
AgentId = NewType("AgentId", str)
"""One Agent process, one per host."""
StrategyId = NewType("StrategyId", str)
"""What a master EA declares; ``magic_<n>`` when it declares nothing."""
TradeId = NewType("TradeId", str)
"""One position of a master: lower-case UUID text, derived by `derive_trade_id`."""
CommandId = NewType("CommandId", str)
"""One instruction to one slave account: lower-case UUID text, derived by `derive_command_id`."""
EvaluationId = NewType("EvaluationId", str)
"""One evaluation of a handshake: UUIDv7 text, minted by the Core's shell, or derived."""
MessageId = NewType("MessageId", str)
"""One frame from Agent to Core that wants an acknowledgement: ``<ledger_id>:<n>``."""
Ticket = NewType("Ticket", int)
"""A position's number at its broker; 64 bits in MT5."""

SEQ_OPEN: Final = 0
SEQ_CLOSE: Final = 2_147_483_647
"""The last action of every trade: one fixed number, so that a close is the same after any crash."""

NO_TRADE: Final = TradeId("")
"""Of commands that are a matter of an account: they say no trade, and are stored without."""
ANY_STRATEGY: Final = StrategyId("*")

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG_CANONICAL: Final = str.maketrans("ILO", "110")
TAG_DIGITS: Final = 25
_TAG_SHIFTS: Final = tuple(5 * place for place in reversed(range(TAG_DIGITS)))
TAG_DIGITS_MIN: Final = 12
"""Fewer surviving digits than this prove nothing about which trade a comment names."""


def derive_trade_id(
    *, server: str, account_id: AccountId, root_ticket: Ticket, opened_at_ms: int
) -> TradeId:
    """Name a master's position.

    Args:
        server: The broker's server name, exactly as the terminal reports it.
        account_id: The master's login.
        root_ticket: The first ticket of the position (MT4: ``from #`` followed back; MT5:
            ``POSITION_IDENTIFIER``).
        opened_at_ms: Open time in ms exactly as the terminal reports it, never converted.

    Raises:
        ValueError: the time does not fit into 48 bits.
    """
    if not 0 <= opened_at_ms < 1 << 48:
        raise ValueError(f"open time of {opened_at_ms} ms does not fit into 48 bits")
    text = f"{server}|{account_id}|{root_ticket}|{opened_at_ms}"
    return TradeId(_uuid7_layout(opened_at_ms, text))


GENERATIONS_MAX: Final = 256
"""So many ids one command may have, and more than anything reaches: an open lives for seconds, a
close is asked again ever later, hourly in the end, and no market is shut for ten days."""


def derive_command_id(
    trade_id: TradeId, seq: int, account_id: AccountId, generation: int = 0
) -> CommandId:
    """Name the instruction that repeats action *seq* of *trade_id* on *account_id*.

    *generation* rises only after a definite refusal by a terminal that would ignore a repeated id.
    """
    text = f"{trade_id}|{seq}|{account_id}"
    if generation:
        text += f"|{generation}"
    return CommandId(_uuid7_layout(int(trade_id[:8] + trade_id[9:13], 16), text))


def derive_sweep_id(account_id: AccountId, what: str, at_ms: int) -> CommandId:
    """Name an instruction that belongs to no trade: *what* for, and since when it is wanted."""
    return CommandId(_uuid7_layout(at_ms, f"{account_id}|{what}|{at_ms}"))


def derive_evaluation_id(
    account_id: AccountId, *, previous: EvaluationId | None, evaluated_at_ms: int
) -> EvaluationId:
    """Name an evaluation that no handshake caused, and that the shell hence minted no id for.

    *previous* is the account's evaluation before it, ``None`` = there was none.
    """
    text = f"{account_id}|{previous or ''}|{evaluated_at_ms}"
    return EvaluationId(_uuid7_layout(evaluated_at_ms, text))


@lru_cache(maxsize=1024)  # one trade asks once for each of its followers
def order_tag(trade_id: TradeId) -> str:
    """Return the order comment: ``E`` and 25 Crockford digits, hash bits first.

    Brokers cut comments at the tail, so the bits that distinguish come first.  A trade id that is
    not of our layout (a legacy EA's) is hashed, and the tag cannot be turned back into it.
    """
    if is_uuid7(trade_id):
        value = int(trade_id.replace("-", ""), 16)
        opened_at = value >> 80
        hashed = ((value >> 64 & 0xFFF) << 62) | (value & (1 << 62) - 1)
        bits = (hashed << 48 | opened_at) << 3
    else:
        bits = _sha256_bits(trade_id.lower(), 122) << 3
    return "E" + "".join([_CROCKFORD[bits >> shift & 31] for shift in _TAG_SHIFTS])


@lru_cache(maxsize=8_192)  # the same comments are shown again and again
def tag_prefix(comment: str) -> str:
    """Return the longest leading run of tag characters in *comment*, canonical, without the ``E``.

    Empty when the comment does not start like a tag.  Reading is case-insensitive and takes I and
    L for 1, O for 0 (Crockford, base32).
    """
    if comment[:1] not in {"E", "e"}:
        return ""
    digits = []
    for char in comment[1 : 1 + TAG_DIGITS].upper().translate(_TAG_CANONICAL):
        if char not in _CROCKFORD:
            break
        digits.append(char)
    return "".join(digits)


def comment_names_tag(comment: str, tag: str) -> bool:
    """Tell whether what a broker left of *comment* is enough to be *tag*."""
    prefix = tag_prefix(comment)
    return len(prefix) >= TAG_DIGITS_MIN and tag[1:].startswith(prefix)


def is_uuid7(text: str) -> bool:
    """Tell whether *text* is a lower-case UUID of version 7 and RFC variant."""
    return _UUID.fullmatch(text) is not None and text[14] == "7" and text[19] in "89ab"


def is_uuid(text: str) -> bool:
    """Tell whether *text* is a lower-case UUID of any version; legacy EAs send version 4."""
    return _UUID.fullmatch(text) is not None


def is_identifier(text: str) -> bool:
    """Tell whether *text* may name an account, a client or an Agent."""
    return IDENTIFIER.fullmatch(text) is not None


def _uuid7_layout(high_48: int, text: str) -> str:
    hashed = _sha256_bits(text, 74)
    value = high_48 << 80 | 7 << 76 | (hashed >> 62) << 64 | 0b10 << 62 | hashed & (1 << 62) - 1
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _sha256_bits(text: str, bits: int) -> int:
    digest = sha256(text.encode()).digest()[: bits + 7 >> 3]
    return int.from_bytes(digest, "big") >> (-bits & 7)
