"""What somebody may have meant."""

from echo.domain.lookalikes import nearest


def test_the_likest_names_come_first_and_few() -> None:
    names = ["EURUSD", "EURAUD", "GBPUSD", "USDJPY", "EURUSDX"]

    assert nearest("EURSUD", names)[0] == "EURUSD"
    assert len(nearest("EURUSD", [f"EURUS{letter}" for letter in "ABCDEFG"])) == 3


def test_nothing_is_like_nonsense() -> None:
    assert nearest("QQQQQQ", ["EURUSD", "XAUUSD"]) == ()
