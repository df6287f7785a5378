"""Installing: whose terminals may come, what is opened to the service, and what is refused."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from echo.apps.windows import installation
from echo.apps.windows.installation import Rights, install
from echo.apps.windows.plan import ServicePlan, ServiceRefused, service_sid
from echo.config.reading import read_settings
from echo.config.settings import agent_settings
from tests.apps.windows.services import USER, Services

TEXT = """# kept
[agent]
slave_accounts = ["200"]
"""


class Remembered:
    """Rights that were given."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.folders: list[Path] = []
        self.files: list[Path] = []
        self.sids: set[str] = set()
        self.refuses = refuses

    @property
    def rights(self) -> Rights:
        return Rights(keep_to_itself=self.keep, let_read=self.let)

    def keep(self, folder: Path, sid: str) -> None:
        if self.refuses:
            raise OSError(5, "access denied")
        self.folders.append(folder)
        self.sids.add(sid)

    def let(self, files: Iterable[Path], sid: str) -> None:
        self.files += files
        self.sids.add(sid)


def written(folder: Path, text: str = TEXT) -> Path:
    path = folder / "echo.toml"
    path.write_text(text)
    return path


def installed(
    services: Services, config: Path | str, *users: str, rights: Remembered | None = None
) -> tuple[ServicePlan, list[str]]:
    return install(
        services,
        name="EchoAgent",
        config=str(config),
        state_dir=Path("/data/echo"),
        users=users,
        command=("python.exe", "-m", "x"),
        rights=(rights or Remembered()).rights,
    )


def test_whoever_installs_is_who_the_terminals_belong_to(tmp_path: Path) -> None:
    config = written(tmp_path)
    installed(Services(), config)

    assert config.read_text() == TEXT + f'pipe_users = ["{USER}"]\n'


def test_users_can_be_named_and_are_kept_once(tmp_path: Path) -> None:
    config = written(tmp_path)
    installed(Services(), config, "Ana", "s-1-5-21-1-2-3-1002", USER)

    assert f'pipe_users = ["S-1-5-21-1-2-3-1002", "{USER}"]' in config.read_text()


def test_users_that_the_settings_name_stay_until_others_are_named(tmp_path: Path) -> None:
    config = written(tmp_path, TEXT + 'pipe_users = ["S-1-5-21-9-9-9-9"]\n')
    installed(Services(), config)
    assert "S-1-5-21-9-9-9-9" in config.read_text()
    installed(Services(), config, "Ana")
    assert "S-1-5-21-9-9-9-9" not in config.read_text()


@pytest.mark.parametrize("user", ["Users", "S-1-1-0", "S-1-5-18", "S-1-5-21-1-2-3"])
def test_a_group_is_nobody_whose_terminals_may_come(tmp_path: Path, user: str) -> None:
    config = written(tmp_path)
    with pytest.raises(ServiceRefused, match="is no person"):
        installed(Services(), config, user)

    assert config.read_text() == TEXT


def test_the_service_gets_what_it_needs_and_nobody_else(tmp_path: Path) -> None:
    services, remembered, config = Services(), Remembered(), written(tmp_path)
    plan, notes = installed(services, config, rights=remembered)

    assert (plan.config, plan.state_dir, notes) == (str(config), "/data/echo", [])
    assert remembered.folders == [Path("/data/echo")]
    assert remembered.files == [config]
    assert remembered.sids == {service_sid("EchoAgent")}
    assert services.known["EchoAgent"].command_line == plan.command_line


def test_what_windows_did_not_take_is_told(tmp_path: Path) -> None:
    services = Services()
    services.notes.append("its description could not be set: x")

    assert installed(services, written(tmp_path))[1] == services.notes


def test_access_that_cannot_be_given_is_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ServiceRefused, match="access denied") as refused:
        installed(Services(), written(tmp_path), rights=Remembered(refuses=True))
    assert "install it again" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[agent]\n", "are empty"),
        ("[agent]\nslave_acounts = []\n", "did you mean agent/slave_accounts"),
        (TEXT + 'delivery.ledger_path = "/x/y"\n', "outside of"),
        (TEXT + 'pipe_users = ["S-1-1-0"]\n', "agent/pipe_users = 'S-1-1-0' does not match"),
    ],
)
def test_settings_that_are_no_use_are_refused(tmp_path: Path, text: str, named: str) -> None:
    services = Services()
    with pytest.raises(ServiceRefused, match=named):
        installed(services, written(tmp_path, text))

    assert services.known == {}


def test_settings_that_no_program_should_change_are_left_to_people(tmp_path: Path) -> None:
    config = written(tmp_path, 'agent = { slave_accounts = ["200"] }\n')
    with pytest.raises(ServiceRefused) as refused:
        installed(Services(), config)

    assert USER in refused.value.hint


def test_settings_in_etcd_are_changed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = agent_settings(read_settings({"agent/slave_accounts": "200"}).values)
    monkeypatch.setattr(installation, "_read", lambda place: reading)
    with pytest.raises(ServiceRefused, match="etcd://host/echo") as refused:
        installed(Services(), "etcd://host/echo")

    assert f"config set agent/pipe_users {USER}" in refused.value.hint
