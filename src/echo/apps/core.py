"""``echo-core``: decides, journals, delivers."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from echo.apps.failpoints import armed, journal_pages_max
from echo.apps.mortal import MortalAgentServer, MortalJournal
from echo.apps.operator_desk import OperatorDesk, operator_desk
from echo.apps.running import Stopping, run_program, state_folder, warn
from echo.apps.state_file import StateFile
from echo.config.settings import CoreSettings, core_settings
from echo.domain.facts import Alarm
from echo.engine.engine import Engine
from echo.engine.settings import EngineSettings, UnknownSymbolAction
from echo.links.grpc_options import TlsFiles
from echo.links.grpc_server import CoreFace, GrpcAgentServer, ListenAt
from echo.links.log_facts import LogFacts
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.errors import SettingsInvalid
from echo.ports.journal import Journal
from echo.ports.links import AgentServer
from echo.ports.telemetry import FactSink
from echo.services.core.recorder import Recorder
from echo.services.core.service import CoreService
from echo.stores.file import FileSettings
from echo.stores.recording import RecordingFile
from echo.stores.sqlite.journal import SqliteJournal

VERSION: Final = "0.1.0"
LOOK_EVERY_S: Final = 0.5
"""How often the settings file is looked at."""

FLUSH_EVERY_S: Final = 1.0
"""How much of a recording may be lost when the Core is killed."""


def compose(
    settings: CoreSettings,
    facts: FactSink,
    told: Callable[[bool], None],
    record: Recorder | None = None,
) -> tuple[CoreService, GrpcAgentServer]:
    """Build the service and its door from *settings*.

    Args:
        told: Called with whether the Core serves, whenever that changes.
        record: Takes every event, for replay.

    Raises:
        StoreLocked, JournalUnavailable, JournalRefused: the journal cannot be opened.
        SettingsInvalid: the folder cannot be written.
    """
    folder = state_folder(settings.state_dir)
    clock = SystemClock()
    service: CoreService

    def face() -> CoreFace:
        return CoreFace(
            protocol_min=settings.protocol.min_version,
            protocol_max=settings.protocol.max_version,
            core_version=VERSION,
            ready=service.ready,
        )

    server = GrpcAgentServer(
        ListenAt(
            host=settings.bind,
            port=settings.grpc_port,
            tls=_tls(settings),
            heartbeat_interval_ms=settings.heartbeat_interval_ms,
        ),
        clock,
        face,
    )
    engine_settings = engine_part(settings)
    journal: Journal = SqliteJournal.open(folder / "journal.sqlite", pages_max=journal_pages_max())
    door: AgentServer = server
    if (failpoint := armed()) is not None:
        journal, door = MortalJournal(journal, failpoint), MortalAgentServer(door, failpoint)
    service = CoreService(
        Engine(engine_settings, settings.book),
        engine_settings,
        journal=journal,
        server=door,
        clock=clock,
        ids=SystemIds(),
        facts=facts,
        record=record,
        ready=told,
    )
    return service, server


def engine_part(settings: CoreSettings) -> EngineSettings:
    """Return what the engine decides by."""
    return EngineSettings(
        slave_accounts=settings.slave_accounts,
        canonical_symbols=settings.canonical_symbols,
        unknown_action=UnknownSymbolAction(settings.unknown_action),
        spec_max_age_ms=settings.spec_max_age_ms,
        quote_max_age_ms=settings.quote_max_age_ms,
        min_distance_points=settings.min_distance_points,
        max_risk_drift_pct=settings.max_risk_drift_pct,
        protocol_min=settings.protocol.min_version,
        protocol_max=settings.protocol.max_version,
        blocked_versions=settings.blocked_versions,
        required_features=settings.required_features,
        missing_feature_rejects=settings.missing_feature_action == "reject",
        allow_legacy=settings.protocol.allow_legacy,
        ack_timeout_ms=settings.delivery.ack_timeout_ms,
        retry_backoff_ms=settings.delivery.retry_backoff_ms,
        max_retries=settings.delivery.max_retries,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        keep_settled_days=settings.journal_keep_days,
        core_version=VERSION,
    )


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    run_program("echo-core", sys.argv[1:], _run)


async def _run(config: Path, stopping: Stopping) -> None:
    source = FileSettings(config)
    reading = source.load()
    settings = core_settings(reading.values)
    facts = LogFacts("echo-core", level=settings.log_level.lower())
    warn(reading, facts)
    state = StateFile(state_folder(settings.state_dir) / "core.state.json")
    recording = _recording(settings, facts)
    desk: OperatorDesk | None = None
    server: GrpcAgentServer
    announced = False

    def told(ready: bool) -> None:
        nonlocal announced
        state.write(
            ready=ready,
            address=f"{settings.bind}:{server.port}",
            admin=desk.address if desk else None,
        )
        if ready and not announced:
            announced = True
            stopping.ready(f"{settings.bind}:{server.port}")

    try:
        record = None if recording is None else Recorder(recording.write)
        desk = operator_desk(settings, _tls(settings), facts)
        service, server = compose(settings, facts, told, record)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(_watch(source, settings, service, facts)),
                group.create_task(_end(stopping, service)),
                group.create_task(_flush(recording)),
            ]
            if desk is not None:
                group.create_task(desk.open(service))
            try:
                await service.run()
            finally:
                if desk is not None:
                    desk.close()
            for task in beside:
                task.cancel()
    finally:
        if desk is not None:
            desk.close()
        state.remove()
        if recording is not None:
            recording.close()
        facts.close()


async def _end(stopping: Stopping, service: CoreService) -> None:
    await stopping.event.wait()
    service.stop()


def _recording(settings: CoreSettings, facts: FactSink) -> RecordingFile | None:
    def failed(sentence: str) -> None:
        facts.observe(Alarm(key="recording", code="RECORDING_FAILED", sentence=sentence))

    return None if settings.record_file is None else RecordingFile(settings.record_file, failed)


async def _flush(recording: RecordingFile | None) -> None:
    while recording is not None:
        await asyncio.sleep(FLUSH_EVERY_S)
        recording.flush()


async def _watch(
    source: FileSettings, settings: CoreSettings, service: CoreService, facts: FactSink
) -> None:
    """Put changed settings into force; what cannot be used is told, and changes nothing."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            reading = source.poll()
        except SettingsInvalid as error:
            facts.observe(Alarm(key="settings", code="SETTINGS_INVALID", sentence=str(error)))
            continue
        if reading is None:
            continue
        warn(reading, facts)
        changed = core_settings(reading.values)
        # What is bound to a start stays as it was; the rest counts at once.
        settings = replace(changed, bind=settings.bind, grpc_port=settings.grpc_port)
        service.change_settings(engine_part(settings))
        service.change_policies(settings.book)


def _tls(settings: CoreSettings) -> TlsFiles | None:
    files = settings.tls
    if files.cert_file is None:
        return None
    return TlsFiles(cert_file=files.cert_file, key_file=files.key_file, ca_file=files.ca_file)


if __name__ == "__main__":
    main()
