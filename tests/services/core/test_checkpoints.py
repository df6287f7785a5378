"""A checkpoint comes back as it was: the engine made of it does what the first one does."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import msgspec
import pytest

from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import Linked
from echo.engine.effects import Effect
from echo.engine.engine import Engine
from echo.engine.events import Event
from echo.engine.settings import EngineSettings
from echo.engine.state import State
from echo.services.core import taps
from echo.services.core.checkpoints import PART_BYTES, Gathering, parts_of
from echo.services.core.raw_events import Checkpoint, Life, Passing, is_checkpoint, life_of
from echo.services.core.replaying import Outcome, Replay
from echo.services.core.taps import TappedBrain
from echo.sim import core_node
from echo.sim.profiles import Profile
from echo.sim.report import world_of
from echo.sim.scenario import draw
from tests.engine.scenes import SECOND, SLAVE, desk, opened
from tests.services.core.days import linked_of, midnights

EVERY_MS = 7_000
"""Days of a world that lives for a minute or two."""


def gathered(parts: Sequence[bytes]) -> State:
    gathering = Gathering()
    found = [gathering.take(each) for each in parts]
    assert found[:-1] == [None] * (len(parts) - 1)
    assert gathering.unknown == set()
    state = found[-1]
    assert state is not None
    return state


@pytest.fixture
def parts() -> list[bytes]:
    return list(parts_of(midnights().engine.state))


def test_a_state_comes_back_equal_and_in_its_order() -> None:
    state = midnights().engine.state
    found = gathered(list(parts_of(state)))

    assert (found.trades, found.commands, found.accounts) == (
        state.trades,
        state.commands,
        state.accounts,
    )
    assert found.settled == state.settled
    assert list(found.master_tickets) == list(state.master_tickets)
    assert list(parts_of(found)) == list(parts_of(state))


def test_the_least_state_comes_back() -> None:
    state = State(settings=EngineSettings(), book=PolicyBook())
    found = gathered(list(parts_of(state)))

    assert (found.settings, found.trades, found.desk) == (state.settings, {}, state.desk)


def test_no_part_is_much_larger_than_the_rest() -> None:
    stage = desk(SLAVE, SECOND)
    for n in range(2_000):
        stage.engine.state.settled.add(opened(ticket=n).trade_id, n)
        stage.engine.state.settled.settled_at_ms[f"trade-{n}"] = n  # type: ignore[index]  # any id

    sizes = [len(each) for each in parts_of(stage.engine.state)]

    assert len(sizes) > 4
    assert max(sizes) < 3 * PART_BYTES


def test_what_follows_upon_a_lost_part_is_passed_over(parts: list[bytes]) -> None:
    for missing in range(len(parts)):
        gathering = Gathering()
        left = [each for n, each in enumerate(parts) if n != missing]
        assert [gathering.take(each) for each in left] == [None] * len(left)

        again = [gathering.take(each) for each in parts]
        assert again[-1] is not None, "the next one is whole"


def altered(part: bytes, before: str, after: str) -> bytes:
    assert before.encode() in part
    return part.replace(before.encode(), after.encode())


def test_a_field_that_is_no_longer_known_is_named_and_left_out(parts: list[bytes]) -> None:
    gathering = Gathering()
    head = altered(parts[0], '{"*":"Judging"', '{"*":"Judging","mood":"good"')
    states = [gathering.take(each) for each in (head, *parts[1:])]

    assert states[-1] is not None
    assert gathering.unknown == {"Judging.mood"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('{"*":"Judging"', '{"*":"Mood"', "Mood"),
        ('{"@":"EngineSettings"', '{"@":"EngineSettings","mood":1', "EngineSettings"),
        ('{"*":"State"', '{"*":"Judging"', "does not begin with a state"),
        ('"book":', '"tome":', "State.book"),
    ],
)
def test_one_that_this_release_cannot_read_is_refused(
    parts: list[bytes], before: str, after: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Gathering().take(altered(parts[0], before, after))


def test_what_is_no_checkpoint_is_refused() -> None:
    for payload in (b"", b"{}", b'{"part":"one"}'):
        with pytest.raises(ValueError):  # noqa: PT011 -- whatever its decoder says
            Gathering().take(payload)


def test_a_place_that_is_no_longer_known_is_named(parts: list[bytes]) -> None:
    told = msgspec.json.decode(parts[-1])
    number = told["part"]
    more = msgspec.json.encode(
        {"part": number + 1, "last": True, "place": "moods", "entries": [["a", 1]]}
    )
    open_end = msgspec.json.encode({**told, "last": False})
    gathering = Gathering()
    states = [gathering.take(each) for each in (*parts[:-1], open_end, more)]

    assert states[-1] is not None
    assert gathering.unknown == {"State.moods"}


class NotedEngine(Engine):
    """Notes all that happens to it, as a Core does that keeps raw events."""

    lives: list[list[Passing]]

    def __init__(self, settings: EngineSettings, book: PolicyBook) -> None:
        super().__init__(settings, book)
        self._life = (settings, book)
        self._tap: TappedBrain | None = None

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        if self._tap is None:
            notes: list[Passing] = [Life(*self._life, now)]
            self.lives.append(notes)
            self._tap = TappedBrain(_Untapped(self), lambda: self.state, notes.append, now)
        return list(self._tap.handle(event, now))


class _Untapped:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        return Engine.handle(self._engine, event, now)


def stretches(events: Sequence[Linked]) -> list[list[Linked]]:
    """Cut a life where its state is recorded: each can be played alone."""
    found: list[list[Linked]] = []
    within = False
    for each in events:
        begins = is_checkpoint(each.event) or life_of(each.event) is not None
        if begins and not within:
            found.append([])
        within = begins
        found[-1].append(each)
    return found


def played(events: Sequence[Linked]) -> Outcome:
    replay = Replay()
    for each in events:
        replay.take(each.event)
    return replay.outcome


@pytest.mark.parametrize(
    ("profile", "seed"), [(Profile.GENTLE, 3), (Profile.HARSH, 5), (Profile.ORDERLY, 5)]
)
def test_each_day_of_a_whole_world_is_decided_as_it_was_by_itself(
    profile: Profile, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under faults, with restarts in between; whatever the engine keeps must be in it."""
    lives: list[list[Passing]] = []
    monkeypatch.setattr(NotedEngine, "lives", lives, raising=False)
    monkeypatch.setattr(core_node, "Engine", NotedEngine)
    monkeypatch.setattr(taps, "DAY_MS", EVERY_MS)
    world_of(replace(draw(seed, profile, Random(seed)), spelled=False)).run()

    days = 0
    for notes in lives:
        events = linked_of(notes)
        whole = played(events)
        assert (whole.different, whole.failed, whole.unread) == (0, 0, [])
        for state in [each.state for each in notes if isinstance(each, Checkpoint)]:
            assert list(parts_of(gathered(list(parts_of(state))))) == list(parts_of(state))
        for stretch in stretches(events):
            alone = played(stretch)
            assert alone.differences == []
            assert (alone.skipped, alone.failed) == (0, 0)
            days += 1
    assert days > len(lives) + 5
