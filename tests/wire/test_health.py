"""How a Core does crosses the admin door as it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.health import Health, Standby
from echo.wire.health import read_health, write_health
from echo.wire.refusals import WireError

# Years that a moment can be told in.
moments = st.integers(0, 4_000_000_000_000)
standbys = st.builds(Standby, since_ms=moments)


@given(st.builds(Health, standby=st.none() | standbys))
def test_it_comes_back_as_it_was(health: Health) -> None:
    assert read_health(write_health(health)) == health


def test_programs_find_the_words_too() -> None:
    told = json.loads(write_health(Health(ready=False, standby=Standby(holder="a", since_ms=0))))

    assert (told["live"], told["ready"], told["state"]) == (True, False, "standby")
    assert told["sentence"].startswith("standby, waits for the lease of a")


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b"{}", b'{"ready": 1}'])
def test_what_no_core_would_say_is_refused(answer: bytes) -> None:
    with pytest.raises(WireError):
        read_health(answer)
