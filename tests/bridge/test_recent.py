from hypothesis import given
from hypothesis import strategies as st

from echo.bridge.recent import Recent


def test_the_oldest_is_forgotten_and_named() -> None:
    recent: Recent[str, int] = Recent(2)

    assert [recent.put("a", 1), recent.put("b", 2), recent.put("c", 3)] == [None, None, "a"]
    assert [recent.get("a"), recent.get("b"), recent.get("c")] == [None, 2, 3]


def test_what_is_put_again_is_new_again() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    recent.put("a", 3)

    assert recent.put("c", 4) == "b"
    assert recent.get("a") == 3


def test_what_is_taken_out_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)

    assert (recent.pop("a"), recent.pop("a"), recent.get("a")) == (1, None, None)


@given(st.lists(st.integers(0, 9)))
def test_the_newest_different_ones_are_kept(puts: list[int]) -> None:
    recent: Recent[int, int] = Recent(3)
    for each in puts:
        recent.put(each, each)

    newest = list(dict.fromkeys(reversed(puts)))[:3]
    assert [each for each in range(10) if recent.get(each) is not None] == sorted(newest)
