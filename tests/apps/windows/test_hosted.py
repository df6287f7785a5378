"""The Agent between Windows and its loop; Windows itself is tested under Wine."""

import asyncio
from collections.abc import Callable
from threading import Thread, Timer

import pytest

from echo.apps.running import Stopping
from echo.apps.windows.hosted import Hosted, ServiceFailed
from echo.ports.errors import LedgerUnwritable, SettingsInvalid


class Windows:
    """What Windows is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def running(self, where: str) -> None:
        self.told.append(f"running {where}")

    def hung(self) -> None:
        self.told.append("hung")


async def serves(config: str, stopping: Stopping) -> None:
    stopping.ready(f"with {config}")
    await stopping.event.wait()


async def cannot_start(config: str, stopping: Stopping) -> None:
    raise SettingsInvalid([f"{config} is wrong", "twice"])


async def breaks(config: str, stopping: Stopping) -> None:
    stopping.ready("here")
    raise LedgerUnwritable("the disk is gone")


def hosted(windows: Windows, run: object) -> Hosted:
    return Hosted("EchoAgent", "echo.toml", running=windows.running, hung=windows.hung, run=run)  # type: ignore[arg-type]  # one of the above


class NoTimer:
    """A `Timer` that never comes: what it would end is the process of these tests."""

    def __init__(self, seconds: float, what: Callable[[], None]) -> None:
        self.daemon = False

    def start(self) -> None:
        """Nothing."""


@pytest.fixture(autouse=True)
def the_process_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echo.apps.running.Timer", NoTimer)
    monkeypatch.setattr("echo.apps.running.gc.freeze", lambda: None)
    monkeypatch.setattr("echo.apps.running.os.umask", lambda mask: mask)
    monkeypatch.setattr("echo.apps.running.sys.setswitchinterval", lambda seconds: None)


@pytest.mark.parametrize("at_once", [True, False])
def test_windows_may_stop_it_from_another_thread_at_any_moment(at_once: bool) -> None:
    windows = Windows()
    agent = hosted(windows, serves)
    running = Thread(target=agent.run)
    running.start()
    if not at_once:
        while not windows.told:
            running.join(0.01)
    agent.stop()
    running.join(10)

    assert not running.is_alive()
    assert windows.told == ["running with echo.toml"]
    agent.stop()  # once more, too late, is no error


def test_one_that_cannot_start_says_why_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    windows = Windows()
    with pytest.raises(ServiceFailed, match=r"echo.toml is wrong[\s\S]*twice"):
        hosted(windows, cannot_start).run()

    assert windows.told == []
    assert "echo-agent: echo.toml is wrong" in capsys.readouterr().err


def test_one_that_breaks_fails_so_that_windows_starts_it_again() -> None:
    windows = Windows()
    with pytest.raises(ServiceFailed, match="the disk is gone"):
        hosted(windows, breaks).run()

    assert windows.told == ["running here"]


def test_one_that_does_not_end_is_told_as_stopped_before_it_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = Windows()
    ended: list[int] = []
    monkeypatch.setattr("echo.apps.running.Timer", Timer)
    monkeypatch.setattr("echo.apps.running.ENDED_WITHIN_S", 0.01)
    given_up = asyncio.Event()

    async def hangs(config: str, stopping: Stopping) -> None:
        loop = asyncio.get_running_loop()

        def end(code: int) -> None:
            ended.append(code)
            loop.call_soon_threadsafe(given_up.set)

        monkeypatch.setattr("echo.apps.running.os._exit", end)
        stopping.ready("here")
        await stopping.event.wait()
        await given_up.wait()

    agent = hosted(windows, hangs)
    running = Thread(target=agent.run)
    running.start()
    agent.stop()
    running.join(10)

    assert windows.told == ["running here", "hung"]
    assert ended == [1]
