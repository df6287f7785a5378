"""Changed settings reach a running program: every one that promises to, within a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps.core import engine_part
from echo.apps.live_settings import live_settings
from echo.config.limit_keys import LIMIT_KEYS
from echo.config.reading import read_settings
from echo.config.schema import SETTINGS
from echo.config.setting import Kind, Reload, Setting, Value
from echo.config.settings import core_settings
from echo.config.spelling import as_text, as_toml
from echo.domain.facts import Alarm, InputRefused
from echo.engine.events import PoliciesChanged, SettingsChanged, SettingsRead
from echo.engine.settings import EngineSettings
from echo.ports.errors import SettingsInvalid
from echo.services.core.canonical import canonical
from echo.services.core.recorder import read_recording
from tests.apps.programs import Program, start
from tests.fakes import FactLog, until_real
from tests.servers.etcd import running_etcd
from tests.stopwatch import Stopwatch

LIVE = [
    each
    for each in SETTINGS
    if each.reload is Reload.LIVE
    and not each.ignored
    and len(each.choices) != 1
    and not each.key.startswith("agent/")
]

BASE: dict[str, object] = {
    "core/slave_accounts": ["200"],
    "core/canonical_symbols": ["EURUSD"],
    "risk/200/*/risk_type": "FIXED_LOT",
    "risk/200/*/lot_size": Decimal("0.1"),
}
FILLED = {"account": "200", "strategy": "*", "symbol": "EURUSD", "id": "cpi"}
WORTH_SAYING = {
    "core/canonical_symbols": ["GBPUSD"],
    "core/symbols/extra": ["GER40X"],
    "core/protocol/required_features": ["spec_report/v1"],
    "core/protocol/max_version": 2,
    "core/protocol/min_version": 2,
    "core/protocol/blocked_versions": [2],
    "core/delivery/retry_backoff_ms": [1, 2, 3, 4, 5, 6],
    "core/slave_accounts": ["200", "201"],
    "start_utc": "2026-11-27T12:00:00Z",
    "end_utc": "2026-11-27T15:00:00Z",
    "notes": "jobs",
    "session_zone": "Europe/Athens",
    "limit_pack": "ftmo-2-step",
    "limit_currency": "USD",
    "limit_initial_balance": Decimal(50_000),
    "limit_no_stop_points": Decimal(500),
    "sides": ["SELL"],
    "comment": "none",
    "magic_ranges": ["100-199"],
    "risk/200/*/master_accounts": ["100"],
    "risk/200/*/currency": "EUR",
    "risk/200/*/min_lot_override": Decimal("0.05"),
    "core/risk/default_currency": "EUR",
    "risk/200/*/risk_type": "MULTIPLIER",
    "risk/200/*/multiplier": Decimal(2),
}
WINDOW = {"start_utc": "2026-11-27T13:00:00Z", "end_utc": "2026-11-27T14:00:00Z"}
PACK = {"limit_pack": "ftmo-1-step", "limit_initial_balance": Decimal(10_000)}
NEEDED: dict[str, dict[str, object]] = {
    **{
        f"windows/200/EURUSD{folder}/{name}": {
            f"windows/200/EURUSD{folder}/{each}": value for each, value in WINDOW.items()
        }
        for folder in ("", "/cpi")
        for name in ("start_utc", "end_utc", "pre_buffer_sec", "post_buffer_sec", "notes")
    },
    **{
        f"policy/200/{each.parts[-1]}": {f"policy/200/{name}": PACK[name] for name in PACK}
        for each in LIMIT_KEYS
    },
    "core/risk/default_currency": {"policy/201/risk_fixed": Decimal(5)},
    "risk/200/*/risk_type": {"risk/200/*/multiplier": Decimal(2)},
}


StartCore = Callable[[Path | str], Awaitable[Program]]


@pytest.fixture
async def start_core() -> AsyncIterator[StartCore]:
    """Start Cores of which none is left behind, whatever the test comes to."""
    started: list[Program] = []

    async def begin(settings: Path | str) -> Program:
        program = await start("core", settings)
        started.append(program)
        return program

    yield begin
    for each in started:
        await each.kill()


def key_of(setting: Setting) -> str:
    key = setting.key
    for name, part in FILLED.items():
        key = key.replace(f"{{{name}}}", part)
    return key


def another(setting: Setting) -> object:
    """A value that the setting may have and that is not what `BASE` gives it."""
    key = key_of(setting)
    for name in (key, setting.parts[-1]):
        if name in WORTH_SAYING:
            return WORTH_SAYING[name]
    match setting.kind:
        case Kind.SWITCH:
            return not setting.default
        case Kind.CHOICE:
            return [each for each in setting.choices if each != setting.default][-1]
        case Kind.WHOLE:
            low, high = int(setting.low or 0), int(setting.high or 0)
            return high if setting.default == low else low
        case Kind.DECIMAL:
            return Decimal("0.5")
        case Kind.TEXTS:
            return ["EURUSD"]
        case _:
            raise AssertionError(f"say what {key} may be")


def decided_by(raw: Mapping[str, object]) -> bytes:
    """Everything of the settings that the engine decides by."""
    reading = read_settings(raw)
    assert reading.complaints == ()
    settings = core_settings(reading.values)
    return canonical((engine_part(settings), settings.book))


@pytest.mark.parametrize("setting", LIVE, ids=lambda setting: setting.key)
def test_a_setting_that_changes_at_once_changes_what_is_decided_by(setting: Setting) -> None:
    needed = {**BASE, **NEEDED.get(key_of(setting), {})}

    assert decided_by({**needed, key_of(setting): another(setting)}) != decided_by(needed)


def start_values(folder: Path) -> dict[str, object]:
    return {
        **BASE,
        "core/grpc_port": 0,
        "core/admin/enabled": False,
        "core/state_dir": str(folder / "core"),
        "core/record_file": str(folder / "day.jsonl"),
    }


class FilePlace:
    """``echo.toml``, edited."""

    def __init__(self, folder: Path) -> None:
        self.config = str(folder / "echo.toml")
        self.write(start_values(folder))

    def write(self, raw: Mapping[str, object]) -> None:
        Path(self.config).write_text(as_toml(raw))


class EtcdKeys:
    """Keys in a real etcd, put by its own tool."""

    def __init__(self, folder: Path, url: str, put: object) -> None:
        self.config, self._put = url, put
        self._known: dict[str, object] = {}
        self.write(start_values(folder))

    def write(self, raw: Mapping[str, object]) -> None:
        assert callable(self._put)
        for key, value in raw.items():
            if self._known.get(key) != value:
                self._put(key, as_text(value))
        self._known = dict(raw)


@contextmanager
def file_place(folder: Path) -> Iterator[FilePlace]:
    yield FilePlace(folder)


@contextmanager
def etcd_keys(folder: Path) -> Iterator[EtcdKeys]:
    with running_etcd() as server:
        yield EtcdKeys(folder, server.url, server.put)


def change_of(folder: Path) -> dict[str, object]:
    """Another value for every setting that changes at once, all together."""
    changed = start_values(folder) | {key_of(each): another(each) for each in LIVE}
    # These two rule each other out: a whole range is needed.
    return changed | {"core/protocol/max_version": 3}


@pytest.mark.parametrize("place_in", [file_place, etcd_keys], ids=["file", "etcd"])
async def test_every_setting_that_changes_at_once_does_so_within_a_second(
    tmp_path: Path, place_in: object, start_core: StartCore
) -> None:
    assert callable(place_in)
    context: AbstractContextManager[FilePlace | EtcdKeys] = place_in(tmp_path)
    with context as place:
        wanted = change_of(tmp_path)
        settings = core_settings(read_settings(wanted).values)
        goal = canonical((engine_part(settings), settings.book))
        day = tmp_path / "day.jsonl"
        core = await start_core(place.config)

        def in_force_at_ms() -> int | None:
            engine: EngineSettings | None = None
            with day.open("rb") as lines:
                for event, now in read_recording(lines):
                    if isinstance(event, SettingsChanged):
                        engine = event.settings
                    elif isinstance(event, PoliciesChanged) and goal == canonical(
                        (engine, event.book)
                    ):
                        return now.wall_ms
            return None

        try:
            assert core.first_line.startswith("echo-core ready")
            place.write(wanted)
            written_ms = time.time_ns() // 1_000_000
            with Stopwatch() as watch:
                await until_real(in_force_at_ms)
        finally:
            code, errors = await core.end()
        at_ms = in_force_at_ms()

    assert code == 0, errors
    assert at_ms is not None
    assert at_ms - written_ms - 1_000 * watch.lost_s < 1_000


async def followed(place: Path, facts: FactLog, seen: list[Mapping[str, Value]]) -> None:
    live = await live_settings(place)
    await live.follow(facts, seen.append, mine=("core/",))


async def test_what_cannot_be_used_is_told_once_and_the_rest_counts(tmp_path: Path) -> None:
    place = FilePlace(tmp_path)
    base = start_values(tmp_path)
    facts, seen = FactLog(), list[Mapping[str, Value]]()
    task = asyncio.create_task(followed(Path(place.config), facts, seen))
    await asyncio.sleep(0)

    place.write({**base, "core/delivery/max_retries": 0, "core/specs/max_age_ms": 20_000})
    await until_real(lambda: len(seen) == 1)
    place.write({**base, "core/delivery/max_retries": 0, "core/specs/max_age_ms": 30_000})
    await until_real(lambda: len(seen) == 2)
    place.write({**base, "core/bind": "localhost", "agent/pipe_prefix": "x_"})
    await until_real(lambda: len(seen) == 3)
    task.cancel()

    assert [each["core/specs/max_age_ms"] for each in seen] == [20_000, 30_000, 10_000]
    assert [each["core/delivery/max_retries"] for each in seen] == [100, 100, 100]
    [alarm] = [each for each in facts.facts if isinstance(each, Alarm)]
    assert alarm.sentence == "core/delivery/max_retries = 0 is below 1; it is left out"
    restarts = [
        each.sentence
        for each in facts.facts
        if isinstance(each, InputRefused) and each.reason == "restart"
    ]
    assert restarts == ["core/bind was changed: that counts after a restart"]


async def test_wrong_settings_stop_a_start(tmp_path: Path) -> None:
    path = tmp_path / "echo.toml"
    path.write_text("[core]\ncolour = 1\n")

    with pytest.raises(SettingsInvalid, match="core/colour is not a setting"):
        await live_settings(path)


async def test_in_etcd_strangers_are_warned_about_and_wrong_values_stop_a_start() -> None:
    with running_etcd() as server:
        server.put("core/colour", "blue")
        live = await live_settings(server.url)
        await live.source.close()
        server.put("core/grpc_port", "70000")
        with pytest.raises(SettingsInvalid, match="70000 is above 65535"):
            await live_settings(Path(server.url))

    [warning] = live.reading.warnings
    assert warning.startswith("core/colour is not a setting")


async def test_a_core_starts_without_etcd_from_what_it_last_ran_with(
    tmp_path: Path, start_core: StartCore
) -> None:
    kept = tmp_path / "kept.json"
    with running_etcd() as server:
        place = EtcdKeys(tmp_path, f"{server.url}?snapshot={kept}", server.put)
        first = await start_core(place.config)
        await until_real(kept.exists)
        assert (await first.end())[0] == 0
        server.kill()

        again = await start_core(place.config)
        assert again.first_line.startswith("echo-core ready")
        code, errors = await again.end()

        refused = await start_core(server.url)
        told = await refused.ended()

    assert code == 0
    assert "SETTINGS_FROM_SNAPSHOT" in errors
    assert told[0] == 2
    assert "snapshot=FILE" in told[1]


async def test_the_history_is_told_of_what_changed_and_of_what_could_not_once(
    tmp_path: Path,
) -> None:
    place = FilePlace(tmp_path)
    base = start_values(tmp_path)
    noted = list[SettingsRead]()

    async def follow() -> None:
        live = await live_settings(Path(place.config))
        await live.follow(FactLog(), lambda _: None, mine=("core/",), note=noted.append)

    task = asyncio.create_task(follow())
    await until_real(lambda: len(noted) == 1)
    wrong = {**base, "core/delivery/retry_backoff_ms": [5, 4], "core/bind": "localhost"}
    place.write({**wrong, "core/specs/max_age_ms": 20_000})
    await until_real(lambda: len(noted) == 2)
    place.write({**wrong, "core/specs/max_age_ms": 30_000})
    await until_real(lambda: len(noted) == 3)
    task.cancel()

    whole, first, second = noted
    assert whole.whole
    assert dict(whole.values)["risk/200/*/lot_size"] == "0.1"
    assert not first.whole
    assert dict(first.values) == {"core/bind": "localhost", "core/specs/max_age_ms": "20000"}
    assert first.restart == ("core/bind",)
    assert [(each.key, each.value) for each in first.refused] == [
        ("core/delivery/retry_backoff_ms", "5,4")
    ]
    assert dict(second.values) == {"core/specs/max_age_ms": "30000"}
    assert second.refused == (), "it was told"
