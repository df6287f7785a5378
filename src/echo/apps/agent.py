"""``echo-agent``: one per host, between its terminals and the Core."""

import asyncio
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from echo.apps.failpoints import armed
from echo.apps.live_settings import live_settings
from echo.apps.mortal import MortalCoreLink, MortalLedger, MortalPipeServer
from echo.apps.pipes import pipe_server
from echo.apps.range_watch import RangeWatch
from echo.apps.running import Stopping, run_program, state_folder, warn
from echo.apps.state_file import StateFile
from echo.apps.telemetry import agent_telling, hand_spans_up, open_metrics_port
from echo.bridge.bridge import Bridge
from echo.bridge.settings import BridgeSettings
from echo.config.setting import Value
from echo.config.settings import AgentSettings, agent_settings
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.boot import boot_stamp
from echo.links.grpc_client import GrpcCoreLink
from echo.links.grpc_options import TlsFiles
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.errors import SettingsInvalid
from echo.ports.ledger import Ledger
from echo.ports.links import CoreLink, PipeServer
from echo.ports.telemetry import FactSink
from echo.services.agent.service import AgentService
from echo.stores.sqlite.ledger import SqliteLedger

PROGRAM: Final = "echo-agent"
VERSION: Final = "0.1.0"


def compose(
    settings: AgentSettings,
    facts: FactSink,
    ready: Callable[[], None],
    watch: RangeWatch | None = None,
    *,
    service_sid: str = "",
) -> AgentService:
    """Build the service from *settings*; *ready* is called when its pipes are served.

    Args:
        watch: Compares the range of protocols with the Core's; made here if not given.
        service_sid: SID of the Windows service that this Agent is; empty = it is none.

    Raises:
        SettingsInvalid: an address or folder cannot be used.
        StoreLocked, LedgerUnwritable: the ledger cannot be opened.
        UnsafeBind: the Core is on another machine, and there are no TLS files.
    """
    clock, ids = SystemClock(), SystemIds()
    host, port = _address(settings.core_addr)
    state_folder(settings.ledger_path.parent)

    def boot() -> tuple[str, int]:
        stamp = boot_stamp()
        return stamp.boot_id, stamp.boot_ms

    pipes: PipeServer = pipe_server(
        settings.pipe_dir,
        settings.pipe_prefix,
        users=settings.pipe_users,
        service_sid=service_sid,
    )
    watch = watch or RangeWatch(settings.protocol, facts)
    core: CoreLink = GrpcCoreLink(
        host, port, settings.agent_id, clock, ids, tls=_tls(settings), told=watch.core_says
    )
    ledger: Ledger = SqliteLedger.open(settings.ledger_path)
    if (failpoint := armed()) is not None:
        pipes, core = MortalPipeServer(pipes, failpoint), MortalCoreLink(core, failpoint)
        ledger = MortalLedger(ledger, failpoint)
    return AgentService(
        lambda: Bridge(bridge_part(settings)),
        pipes=pipes,
        core=core,
        ledger=ledger,
        clock=clock,
        facts=facts,
        boot=boot,
        ready=ready,
    )


def bridge_part(settings: AgentSettings) -> BridgeSettings:
    """Return what the bridge decides by."""
    return BridgeSettings(
        agent_id=settings.agent_id,
        version=VERSION,
        hostname=platform.node(),
        os=platform.system(),
        master_accounts=settings.master_accounts,
        slave_accounts=settings.slave_accounts,
        protocol_min=settings.protocol.min_version,
        protocol_max=settings.protocol.max_version,
        allow_legacy=settings.protocol.allow_legacy,
        ack_timeout_ms=settings.delivery.ack_timeout_ms,
        retry_backoff_ms=settings.delivery.retry_backoff_ms,
        max_retries=settings.delivery.max_retries,
    )


def pipes_of(settings: AgentSettings) -> list[tuple[Role, AccountId]]:
    """Return the pipes to listen on."""
    return [
        *((Role.MASTER, account) for account in settings.master_accounts),
        *((Role.SLAVE, account) for account in settings.slave_accounts),
    ]


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    run_program(PROGRAM, sys.argv[1:], serve)


async def serve(config: str, stopping: Stopping, *, service_sid: str = "") -> None:
    """Run the Agent of *config* until it is told to stop.

    Args:
        config: Where its settings are: a file's path, or an address of etcd.
        stopping: Says when to stop, and is told when the pipes are served.
        service_sid: SID of the Windows service that this Agent is; empty = it is none.

    Raises:
        EchoError: it cannot start, or cannot go on; the message says why.
    """
    live = await live_settings(config)
    settings = agent_settings(live.reading.values)
    pipes = pipes_of(settings)
    if not pipes:
        raise SettingsInvalid(
            ["agent/master_accounts and agent/slave_accounts are empty: no pipe to serve"]
        )
    facts = agent_telling(settings, VERSION)
    warn(live.reading, facts)
    state = StateFile(state_folder(settings.ledger_path.parent) / "agent.state.json")

    def ready() -> None:
        state.write(ready=True, address=str(settings.pipe_dir))
        stopping.ready(f"{len(pipes)} pipes in {settings.pipe_dir}")

    metrics = open_metrics_port(settings.metrics_port, facts)
    try:
        watch = RangeWatch(settings.protocol, facts)
        service = compose(settings, facts, ready, watch, service_sid=service_sid)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(_end(stopping, service)),
                group.create_task(
                    live.follow(
                        facts, _change(service, settings, watch), mine=("agent/", "endpoints/")
                    )
                ),
            ]
            if settings.spans_via_core:
                beside.append(group.create_task(hand_spans_up(facts, service.report)))
            await service.run(pipes)
            for task in beside:
                task.cancel()
    finally:
        if metrics is not None:
            metrics.close()
        state.remove()
        facts.close()


def _change(
    service: AgentService, settings: AgentSettings, watch: RangeWatch
) -> Callable[[Mapping[str, Value]], None]:
    """Return what puts changed settings into force: which EAs are spoken to, and nothing else."""

    def change(values: Mapping[str, Value]) -> None:
        spoken = agent_settings(values).protocol
        watch.changed(spoken)
        service.change_settings(bridge_part(replace(settings, protocol=spoken)))

    return change


async def _end(stopping: Stopping, service: AgentService) -> None:
    await stopping.event.wait()
    service.stop()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise SettingsInvalid([f"endpoints/core_addr = {text!r} is not host:port"])
    return host.strip("[]"), int(port)


def _tls(settings: AgentSettings) -> TlsFiles | None:
    files = settings.tls
    if files.ca_file is None and files.cert_file is None:
        return None
    return TlsFiles(cert_file=files.cert_file, key_file=files.key_file, ca_file=files.ca_file)


if __name__ == "__main__":
    main()
