import asyncio
from dataclasses import replace

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CancelPendings, CommandKind
from echo.domain.ids import AgentId, CommandId, TradeId
from echo.domain.journal import AgentSessionRecord, CommandRecord
from echo.domain.ledger import LedgerEntry, LedgerKind
from echo.ports.errors import LedgerUnwritable
from echo.sim.disks import LEASE_MS, SimFile, SimJournal, SimLedger, Store, Verdict, at_once
from echo.sim.faults import CALM, Weather
from echo.sim.node import Scene
from tests.sim.stage import SLAVE, Peer, scene

AGENT = AgentId("agent-1")
RECORD = AgentSessionRecord(agent_id=AGENT, epoch=3)
ENTRY = LedgerEntry(
    key="k1",
    n=1,
    kind=LedgerKind.UPLINK,
    account_id=SLAVE,
    message=ExecutionResult(
        command_id=CommandId("c1"),
        trade_id=TradeId("t1"),
        kind=CommandKind.CLOSE,
        success=True,
    ),
)
SEEDS = range(40)

Answers = list[tuple[Verdict, str]]


def commanded(magic_number: int) -> CommandRecord:
    command = CancelPendings(
        command_id=CommandId("c1"), account_id=SLAVE, magic_number=magic_number
    )
    return CommandRecord(
        command_id=command.command_id,
        account_id=SLAVE,
        agent_id=AGENT,
        command=command,
        created_at_ms=1,
    )


def on(stage: Scene) -> Peer:
    peer = Peer(stage, "peer")
    peer.start()
    return peer


def committed(journal: SimJournal, stage: Scene, *records: AgentSessionRecord) -> Answers:
    """Commit, wait, and return what the sender heard."""
    heard: Answers = []
    journal.commit(on(stage), records, lambda verdict, why: heard.append((verdict, why)))
    stage.schedule.run(stage.schedule.now_ms + 10_000)
    return heard


# ------------------------------------------------------------------------ files


def test_what_was_appended_to_a_file_stays() -> None:
    file = SimFile(scene(), "slave-2001")
    file.append(b"one\n")
    file.append(b"two\n")
    file.close()
    assert file.read() == b"one\ntwo\n"


def test_a_full_disk_takes_nothing_and_keeps_what_it_has() -> None:
    file = SimFile(scene(), "slave-2001")
    file.append(b"one\n")
    file.full = True
    with pytest.raises(LedgerUnwritable, match="slave-2001"):
        file.append(b"two\n")
    with pytest.raises(LedgerUnwritable, match="slave-2001"):
        file.replace(b"")
    assert file.read() == b"one\n"
    file.full = False
    file.replace(b"new\n")
    assert file.read() == b"new\n"


@pytest.mark.parametrize("seed", range(10))
def test_a_torn_append_leaves_a_part_never_the_whole(seed: int) -> None:
    file = SimFile(scene(seed=seed), "slave-2001")
    file.append(b"one\n")
    file.tear(b"half a record\n")
    tail = file.read().removeprefix(b"one\n")
    assert b"half a record\n".startswith(tail)
    assert len(tail) < len(b"half a record\n")


def test_a_file_that_is_set_aside_begins_anew() -> None:
    file = SimFile(scene(), "slave-2001")
    file.append(b"junk")
    file.set_aside()
    assert (file.read(), file.set_aside_times) == (b"", 1)


# ------------------------------------------------------------------------ ledgers


def test_a_ledger_is_written_after_a_while_and_says_so() -> None:
    stage = scene()
    ledger, heard = SimLedger(stage, "agent-1"), list[str]()
    ledger.write(on(stage), (ENTRY,), (), heard.append)
    with pytest.raises(ValueError, match="one write at a time"):
        ledger.write(on(stage), (), (), heard.append)
    assert (heard, ledger.load().entries) == ([], ())
    stage.schedule.run(1_000)
    assert (heard, ledger.load().entries) == ([""], (ENTRY,))
    ledger.write(on(stage), (), (ENTRY.key,), heard.append)
    stage.schedule.run(2_000)
    assert ledger.load().entries == ()


def test_a_full_ledger_writes_nothing_and_says_why() -> None:
    stage = scene()
    ledger, heard = SimLedger(stage, "agent-1"), list[str]()
    ledger.full = True
    ledger.write(on(stage), (ENTRY,), (), heard.append)
    stage.schedule.run(1_000)
    assert ledger.load().entries == ()
    assert len(heard) == 1
    assert heard[0]


def test_a_crash_keeps_or_loses_the_write_under_way_but_nothing_before_it() -> None:
    survived = set()
    for seed in SEEDS:
        stage = scene(seed=seed)
        ledger, heard = SimLedger(stage, "agent-1"), list[str]()
        agent = on(stage)
        ledger.write(agent, (ENTRY,), (), heard.append)
        stage.schedule.run(1_000)
        ledger.write(agent, (replace(ENTRY, key="k2", n=2),), (), heard.append)
        agent.crash("dies", 60_000)
        ledger.crashed()
        stage.schedule.run(2_000)
        assert heard == [""]
        assert "k1" in ledger.durable.entries
        survived.add("k2" in ledger.durable.entries)
    assert survived == {True, False}


# ------------------------------------------------------------------------ journals


def opened(stage: Scene) -> SimJournal:
    journal = SimJournal(stage)
    journal.load()
    return journal


def test_a_commit_is_durable_when_its_sender_hears_of_it() -> None:
    stage = scene()
    journal, heard = opened(stage), Answers()
    journal.commit(on(stage), [RECORD], lambda verdict, why: heard.append((verdict, why)))
    with pytest.raises(ValueError, match="one commit at a time"):
        journal.commit(on(stage), [], lambda *_: None)
    assert journal.durable.agent_sessions == {}
    stage.schedule.run(1_000)
    assert heard == [(Verdict.DONE, "")]
    assert journal.durable.agent_sessions == {AGENT: RECORD}


def test_a_store_that_is_down_takes_nothing_and_cannot_be_read() -> None:
    stage = scene()
    journal = SimJournal(stage)
    journal.down = True
    assert [verdict for verdict, _ in committed(journal, stage, RECORD)] == [Verdict.UNAVAILABLE]
    assert journal.load() is None
    journal.down = False
    found = journal.load()
    assert found is not None
    assert found.agent_epochs == ()


def test_nobody_knows_whether_an_unanswered_commit_stands() -> None:
    stood = set()
    for seed in SEEDS:
        stage = scene(replace(CALM, commit_unknown=1.0), seed=seed)
        journal = opened(stage)
        heard = committed(journal, stage, RECORD)
        assert [verdict for verdict, _ in heard] == [Verdict.UNKNOWN]
        stood.add(bool(journal.durable.agent_sessions))
    assert stood == {True, False}


def test_a_contradiction_is_refused_and_the_first_content_stays() -> None:
    stage = scene()
    journal, heard, core = opened(stage), Answers(), on(stage)
    for magic_number in (1, 2):
        journal.commit(
            core, [commanded(magic_number)], lambda verdict, why: heard.append((verdict, why))
        )
        stage.schedule.run(stage.schedule.now_ms + 1_000)
    assert [verdict for verdict, _ in heard] == [Verdict.DONE, Verdict.REFUSED]
    assert "other content" in heard[1][1]
    assert journal.durable.commands[CommandId("c1")] == commanded(1)
    assert stage.seen["commit_refused"] == 1


def test_a_crash_keeps_or_loses_the_commit_under_way() -> None:
    stood = set()
    for seed in SEEDS:
        stage = scene(seed=seed)
        journal, heard, core = opened(stage), Answers(), on(stage)
        journal.commit(core, [RECORD], lambda verdict, why: heard.append((verdict, why)))  # noqa: B023 -- called within the round
        core.crash("dies", 60_000)
        journal.crashed()
        journal.crashed()
        stage.schedule.run(5_000)
        assert heard == []
        stood.add(bool(journal.durable.agent_sessions))
    assert stood == {True, False}


def test_two_cores_share_a_store_and_only_one_of_them_writes() -> None:
    stage, store = scene(), Store()
    first, second = (SimJournal(stage, store, name) for name in ("core", "standby"))
    assert first.load() is not None
    assert second.load() is None
    assert (first.is_held, second.is_held) == (True, False)
    stage.schedule.run(LEASE_MS - 1)
    assert first.renew()
    stage.schedule.run(2 * LEASE_MS - 2)
    assert second.load() is None
    stage.schedule.run(2 * LEASE_MS - 1)
    assert second.load() is not None
    assert stage.seen["standby_took_over"] == 1
    [(verdict, why)] = committed(first, stage, RECORD)
    assert (verdict, stage.seen["fenced_commit_refused"]) == (Verdict.REFUSED, 1)
    assert "standby holds 2" in why
    assert not first.renew()
    assert [verdict for verdict, _ in committed(second, stage, RECORD)] == [Verdict.DONE]
    assert first.durable.agent_sessions == {AGENT: RECORD}


def test_a_store_that_is_down_takes_no_lease_away() -> None:
    stage, store = scene(), Store()
    first, second = (SimJournal(stage, store, name) for name in ("core", "standby"))
    first.load()
    second.down = True
    stage.schedule.run(2 * LEASE_MS)
    assert first.renew()
    assert second.load() is None
    first.down = False
    assert first.renew()
    assert second.load() is None


def test_a_slow_store_takes_longer() -> None:
    weather: Weather = replace(CALM, slow_commit=1.0, slow_commit_ms_max=3_000)
    stage = scene(weather, seed=2)
    journal, at_ms = opened(stage), list[int]()
    journal.commit(on(stage), [RECORD], lambda *_: at_ms.append(stage.schedule.now_ms))
    stage.schedule.run(10_000)
    assert at_ms[0] > CALM.commit_ms[1]
    assert stage.faults.struck["slow_commit"] == 1


def test_a_store_in_memory_may_not_wait() -> None:
    async def answers() -> int:
        return 7

    assert at_once(answers()) == 7
    with pytest.raises(RuntimeError, match="waited"):
        at_once(asyncio.sleep(0))
