"""``echo-core``: decides, journals, delivers."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from echo.apps.failpoints import armed, journal_pages_max
from echo.apps.journals import JOURNAL_FILE, open_journal, place_of
from echo.apps.leases import Turn, turn_of
from echo.apps.live_settings import LiveSettings, live_settings
from echo.apps.mortal import MortalAgentServer, MortalJournal
from echo.apps.operator_desk import OperatorDesk, operator_desk
from echo.apps.overviews import open_desk
from echo.apps.raw_events import RawEvents, raw_events
from echo.apps.running import Stopping, run_program, state_folder, warn
from echo.apps.standby import Waiting, waiting
from echo.apps.state_file import CORE_STATE, StateFile
from echo.apps.telemetry import Told, core_telling, watch_backlog
from echo.config.setting import Value
from echo.config.settings import CoreSettings, core_settings
from echo.domain.facts import Alarm
from echo.domain.handshake import RegistrationStatus
from echo.domain.ids import AccountId
from echo.engine.backlog import backlog
from echo.engine.engine import Engine
from echo.engine.events import PoliciesChanged, SettingsChanged
from echo.engine.settings import EngineSettings, UnknownSymbolAction
from echo.links.grpc_options import TlsFiles
from echo.links.grpc_server import CoreFace, GrpcAgentServer, ListenAt
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.journal import Journal
from echo.ports.links import AgentServer
from echo.ports.telemetry import FactSink
from echo.services.core.brain import Brain
from echo.services.core.patience import PatientServer
from echo.services.core.recorder import Recorder
from echo.services.core.service import CoreService
from echo.services.core.tenure import Tenure
from echo.services.core.timed_brain import TimedBrain
from echo.stores.recording import RecordingFile
from echo.stores.sqlite.journal import SqliteJournal

if TYPE_CHECKING:
    from echo.apps.stored_policies import StoredPolicies

VERSION: Final = "0.1.0"
FLUSH_EVERY_S: Final = 1.0
"""How much of a recording may be lost when the Core is killed."""


def compose(
    settings: CoreSettings,
    facts: FactSink,
    told: Callable[[bool], None],
    record: Recorder | None = None,
    events: RawEvents | None = None,
    journal: Journal | None = None,
    *,
    shared: bool = False,
) -> tuple[CoreService, GrpcAgentServer, Engine]:
    """Build the service, its door and its engine from *settings*.

    Args:
        told: Called with whether the Core serves, whenever that changes.
        record: Takes every event, for replay.
        events: Notes everything that crosses the threshold.
        journal: An open one; ``None`` = the file in the Core's folder.
        shared: Whether another Core takes turns with this one, at the same address.

    Raises:
        StoreLocked, JournalUnavailable, JournalRefused: the journal cannot be opened.
        SettingsInvalid: the folder cannot be written.
    """
    folder = state_folder(settings.state_dir)
    clock = SystemClock()
    service: CoreService

    def face() -> CoreFace:
        return CoreFace(
            protocol_min=engine.state.settings.protocol_min,
            protocol_max=engine.state.settings.protocol_max,
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
    engine = Engine(engine_settings, settings.book)
    if journal is None:
        journal = SqliteJournal.open(folder / JOURNAL_FILE, pages_max=journal_pages_max())
    door: AgentServer = server
    if (failpoint := armed()) is not None:
        journal, door = MortalJournal(journal, failpoint), MortalAgentServer(door, failpoint)
    brain: Brain = engine
    if events is not None:
        brain = events.brain(engine, engine_settings, settings.book, clock)
        door = events.door(door, clock)
    if settings.telemetry.enabled and settings.telemetry.otlp_endpoint:
        brain = TimedBrain(brain, clock)
    service = CoreService(
        brain,
        engine_settings,
        journal=journal,
        server=PatientServer(door, clock, facts, shared=shared),
        clock=clock,
        ids=SystemIds(),
        facts=facts,
        record=record,
        ready=told,
    )
    return service, server, engine


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
        retry_interval_ms=settings.protocol_retry_interval_ms,
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


async def _run(config: str, stopping: Stopping) -> None:
    live = await live_settings(config)
    settings = core_settings(live.reading.values)
    facts = core_telling(settings, VERSION)
    warn(live.reading, facts)
    state = StateFile(state_folder(settings.state_dir) / CORE_STATE)
    recording = _recording(settings, facts)
    events: RawEvents | None = None
    desk: OperatorDesk | None = None
    waits: Waiting | None = None
    server: GrpcAgentServer
    announced = False

    def told(ready: bool) -> None:
        nonlocal announced
        _tell(ready, desk, waits)
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
        desk = operator_desk(settings, _tls(settings), facts, facts.exposition)
        turn, journal, stored = await _open_store(settings, live.reading.values, facts)
        clock = SystemClock()
        waits = waiting(turn, settings, clock)
        events = raw_events(live.reading.values, facts)
        if stored is not None:
            settings = replace(settings, book=stored.book(settings.book))
        service, server, engine = compose(
            settings, facts, told, record, events, journal, shared=turn is not None
        )
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(_follow(live, facts, service, stored)),
                group.create_task(_end(stopping, service)),
                group.create_task(_flush(recording)),
                group.create_task(_hold_on(turn, service, facts)),
                group.create_task(watch_backlog(lambda: backlog(engine.state, clock.now()), facts)),
            ]
            if stored is not None:
                beside.append(group.create_task(_watch_store(stored, service, engine, facts)))
            if events is not None:
                beside.append(group.create_task(events.run(facts)))
            if desk is not None:
                group.create_task(open_desk(desk, service, settings, live, facts, waits))
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
        _let_go(recording, events, facts)


def _tell(ready: bool, desk: OperatorDesk | None, waits: Waiting | None) -> None:
    """Tell those who speak with people whether this Core serves."""
    if waits is not None:
        waits.told(ready)
    if ready and desk is not None:
        desk.announce()


def _let_go(recording: RecordingFile | None, events: RawEvents | None, facts: Told) -> None:
    """Close what is written beside the work; the facts last, for the others tell some."""
    if recording is not None:
        recording.close()
    if events is not None:
        events.close()
    facts.close()


async def _open_store(
    settings: CoreSettings, values: Mapping[str, Value], facts: FactSink
) -> tuple[Turn | None, Journal, "StoredPolicies | None"]:
    """Open the journal, and what people keep beside it on the same server.

    One that is shared is opened later, when it is this Core's turn.
    """
    turn, place = turn_of(values), place_of(settings)
    journal = await open_journal(place) if turn is None else turn.journal(place)
    if isinstance(place, Path):
        return turn, journal, None
    from echo.apps.stored_policies import StoredPolicies  # its driver is an extra

    return turn, journal, await StoredPolicies.read(place, facts)


async def _hold_on(turn: Turn | None, service: CoreService, facts: FactSink) -> None:
    if turn is not None:
        clock, lost = SystemClock(), service.read_again
        await Tenure(turn.hold, clock, facts, lasts_ms=turn.lasts_ms, lost=lost).run()


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


async def _follow(
    live: LiveSettings, facts: FactSink, service: CoreService, stored: "StoredPolicies | None"
) -> None:
    """Put changed settings into force, and into their history."""
    change = _change(service, stored)
    await live.follow(facts, change, mine=("core/",), note=service.change)


async def _watch_store(
    stored: "StoredPolicies", service: CoreService, engine: Engine, facts: FactSink
) -> None:
    """Listen to what others change on the server that keeps the journal."""
    from echo.apps.stored_verdicts import StoredVerdicts  # its driver is an extra

    def status(account_id: AccountId) -> RegistrationStatus | None:
        account = engine.state.accounts.get(account_id)
        return None if account is None or account.verdict is None else account.verdict.status

    async with asyncio.TaskGroup() as group:
        group.create_task(stored.run(lambda book: service.change(PoliciesChanged(book))))
        group.create_task(StoredVerdicts(stored.target, facts, status).run())


def _change(
    service: CoreService, stored: "StoredPolicies | None"
) -> Callable[[Mapping[str, Value]], None]:
    """Return what puts changed settings into force; what is bound to a start stays as it was."""

    def change(values: Mapping[str, Value]) -> None:
        settings = core_settings(values)
        service.change(SettingsChanged(engine_part(settings)))
        book = settings.book
        service.change(PoliciesChanged(book if stored is None else stored.book(book)))

    return change


def _tls(settings: CoreSettings) -> TlsFiles | None:
    files = settings.tls
    if files.cert_file is None:
        return None
    return TlsFiles(cert_file=files.cert_file, key_file=files.key_file, ca_file=files.ca_file)


if __name__ == "__main__":
    main()
