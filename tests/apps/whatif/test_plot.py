"""The picture of a what-if is a file that any browser reads."""

from collections import Counter
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from echo.apps.whatif.comparison import AccountDifference, Comparison, Side
from echo.apps.whatif.plot import as_svg
from echo.domain.ids import AccountId

D = Decimal
HOUR_MS = 3_600_000
SVG = "{http://www.w3.org/2000/svg}"


def side(*values: int) -> Side:
    return Side(
        copied=len(values),
        omitted=Counter(),
        lots=D(1),
        profit=D(values[-1]) if values else D(0),
        worst_day=("2026-11-21", D(min(values, default=0))),
        still_open=0,
        unvalued=0,
        curve=tuple((n * 12 * HOUR_MS, D(value)) for n, value in enumerate(values)),
    )


def comparison(*accounts: AccountDifference) -> Comparison:
    return Comparison(
        accounts=accounts, differences=(), events=1, decided=1, faithful=1, shed=0, failed=0
    )


ONE = AccountDifference(
    account_id=AccountId("<2001>"), before=side(0, 10, -20, 5), after=side(0, 20, -40, 10)
)
NOTHING = AccountDifference(account_id=AccountId("2002"), before=side(), after=side())


def drawn(found: Comparison, limits: dict[AccountId, Decimal]) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(found, limits))  # noqa: S314 -- made here


@pytest.mark.parametrize("limit", [None, D(30)])
def test_both_plays_and_the_limit_of_each_day_are_drawn(limit: Decimal | None) -> None:
    limits = {} if limit is None else {ONE.account_id: limit}
    picture = drawn(comparison(ONE, NOTHING), limits)
    texts = [each.text or "" for each in picture.iter(f"{SVG}text")]

    assert len(picture.findall(f"{SVG}polyline")) == 2
    assert any(text.startswith("<2001>") for text in texts)
    assert not any(text.startswith("2002") for text in texts)
    assert "+10.00, worst day -40.00" in texts
    dashed = picture.findall(f"{SVG}line[@stroke-dasharray]")
    assert len(dashed) == (0 if limit is None else 2)
    assert ("may lose 30 a day" in texts) is (limit is not None)


def test_lines_stay_inside_the_picture() -> None:
    picture = drawn(comparison(ONE), {ONE.account_id: D(500)})
    width, height = float(picture.get("width", "0")), float(picture.get("height", "0"))

    for line in picture.findall(f"{SVG}polyline"):
        for point in line.get("points", "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


def test_nothing_to_draw_is_said() -> None:
    picture = drawn(comparison(NOTHING), {})

    assert "No account held anything." in [each.text for each in picture.iter(f"{SVG}text")]


def test_an_account_of_one_moment_is_drawn() -> None:
    still = AccountDifference(account_id=AccountId("1"), before=side(0), after=side())

    assert drawn(comparison(still), {}).findall(f"{SVG}polyline")
