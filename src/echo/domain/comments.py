"""What the comment of a copy's order says.

Terminals keep about 31 characters of it, and some servers eat its tail; the tag comes first.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from echo.domain.ids import TradeId, order_tag
from echo.domain.policy import CommentMode, CopyOptions
from echo.domain.protection import Levels

TEXT_CHARS_MAX: Final = 31
COMMENT_RULE: Final = f"1 to {TEXT_CHARS_MAX} printable characters of ASCII"

_TEXT: Final = "text:"
_TENTH: Final = Decimal("0.1")
_RATIO_MAX: Final = 9_999


def read_comment(written: str) -> tuple[CommentMode, str] | None:
    """Read ``tag``, ``tag+rr``, ``none`` or ``text:WORDS``; ``None`` = it is none of them."""
    if written.startswith(_TEXT):
        words = written.removeprefix(_TEXT).strip()
        fits = 0 < len(words) <= TEXT_CHARS_MAX and words.isascii() and words.isprintable()
        return (CommentMode.TEXT, words) if fits else None
    if written in {CommentMode.TAG, CommentMode.TAG_RR, CommentMode.NONE}:
        return CommentMode(written), ""
    return None


def order_comment(
    options: CopyOptions, trade_id: TradeId, *, entry_price: Decimal, levels: Levels
) -> str:
    """Return the comment of one copy; *levels* are those that its position shall have."""
    match options.comment:
        case CommentMode.TAG:
            return order_tag(trade_id)
        case CommentMode.TAG_RR:
            ratio = reward_per_risk(entry_price, levels)
            return order_tag(trade_id) if ratio is None else f"{order_tag(trade_id)} {ratio}"
        case CommentMode.TEXT:
            return options.comment_text
        case CommentMode.NONE:
            return ""


def reward_per_risk(entry_price: Decimal, levels: Levels) -> str | None:
    """Say in at most four characters how often the target earns what the stop loses.

    ``None`` = a level is missing, or the stop risks nothing.
    """
    if levels.stop_loss is None or levels.take_profit is None:
        return None
    risk = abs(entry_price - levels.stop_loss)
    if not risk:
        return None
    ratio = abs(levels.take_profit - entry_price) / risk
    tenths = ratio.quantize(_TENTH, ROUND_HALF_UP)
    if len(str(tenths)) <= 4:
        return str(tenths)
    return str(min(int(ratio.to_integral_value(ROUND_HALF_UP)), _RATIO_MAX))
