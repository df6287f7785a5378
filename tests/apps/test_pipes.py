"""Here pipes are unix sockets; what Windows has instead is tested with its server."""

from pathlib import Path

from echo.apps.pipes import pipe_server
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from tests.links.test_pipe_unix import Pipes


async def test_here_they_are_sockets_in_a_folder(tmp_path: Path) -> None:
    server = pipe_server(tmp_path / "pipes", "desk_")
    await server.start([(Role.SLAVE, AccountId("7"))], Pipes())
    names = [path.name for path in (tmp_path / "pipes").iterdir()]
    await server.stop()

    assert names == ["desk_slave_7.sock"]
