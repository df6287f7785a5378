"""What every journal and every ledger must do, whatever it is made of.

A test module subclasses `JournalContract` or `LedgerContract` and hands in its store.
"""

import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

import pytest

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CloseOrder
from echo.domain.ids import SEQ_CLOSE, AccountId, AgentId, EvaluationId, derive_command_id
from echo.domain.intents import ActionKind
from echo.domain.journal import (
    REMEMBERED_MS,
    CommandState,
    CommandStatus,
    Record,
    Recovered,
    SpecRecord,
    TradeRecord,
    TradeStatus,
)
from echo.domain.ledger import LedgerEntry, LedgerKind, LedgerMessage
from echo.domain.limit_rules import Stage
from echo.domain.modes import Mode
from echo.domain.policy import RiskPolicy
from echo.domain.rulings import Origin
from echo.ports.errors import JournalRefused, JournalUnavailable, LedgerUnwritable
from echo.ports.journal import Journal
from echo.ports.ledger import Ledger
from tests.stores import examples as ex
from tests.stores.fences import FenceContract

EMPTY = Recovered()


class JournalStore(Protocol):
    """A place that keeps a journal, for tests to look into."""

    async def open(self, policies: Sequence[RiskPolicy] = ()) -> Journal:
        """Open it, new at the first call."""

    async def reopen(self) -> Journal:
        """Close what is open, as a program does that ends, and open it again."""

    async def two_cores(self) -> tuple[Journal, Journal]:
        """Open it twice: nothing kept the second Core out, and the first does not know of it."""

    async def count(self, kind: str) -> int:
        """How many rows it holds of a kind that `Journal.load` does not tell."""


class JournalContract(FenceContract):
    """The journal's promises."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> JournalStore: ...

    async def test_new_journal_holds_nothing(self, store: JournalStore) -> None:
        journal = await store.open()

        assert await journal.load() == EMPTY

    async def test_everything_comes_back_as_it_was_committed(self, store: JournalStore) -> None:
        order = ex.execute()
        journal = await store.open()
        await journal.commit(ex.one_of_each())

        journal = await store.reopen()

        assert await journal.load() == Recovered(
            trades=(ex.trade(),),
            actions=(ex.opened(),),
            decisions=(ex.decision(),),
            commands=(CommandState(record=ex.command(order), progress=ex.progress(order)),),
            copies=(ex.copy(),),
            accounts=(ex.account(),),
            symbol_maps=(ex.symbol_map(ex.GOLD, ex.DAX),),
            ledger_marks=(ex.MARK,),
            agent_epochs=(ex.SESSION,),
            limits=(ex.LIMITS,),
            policy_records=(ex.PUT, ex.WITHDRAWN),
            windows=(ex.WINDOW,),
            switches=(ex.SWITCH,),
            settings=(ex.SEEN,),
        )

    async def test_committing_twice_is_committing_once(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit(ex.one_of_each())
        once = await journal.load()
        counts = await self._counts(store)

        await journal.commit(ex.one_of_each())

        assert await journal.load() == once
        assert await self._counts(store) == counts
        assert set(counts.values()) == {1}

    async def _counts(self, store: JournalStore) -> dict[str, int]:
        kinds = (
            "retries",
            "answers",
            "successes",
            "specs",
            "quotes",
            "states",
            "evaluations",
            "operations",
            "changes",
        )
        return {kind: await store.count(kind) for kind in kinds}

    async def test_only_the_latest_of_a_rule_is_loaded(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.PUT, ex.WINDOW, ex.SWITCH))
        newer = replace(ex.PUT, version=2, before=ex.PUT.policy, changed_by="ana")
        live = replace(ex.SWITCH, switch=replace(ex.SWITCH.switch, mode=Mode.LIVE))

        await journal.commit((newer, replace(ex.WINDOW, removed=True), live))

        recovered = await (await store.reopen()).load()
        assert recovered.policy_records == (newer,)
        assert recovered.windows == ()
        assert recovered.switches == ()

    async def test_every_version_of_a_policy_is_kept(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.PUT,))
        await journal.commit((replace(ex.PUT, version=2, policy=None),))
        await journal.commit((replace(ex.PUT, version=3),))

        assert await store.count("policy_versions") == 3

    async def test_a_policy_of_the_desk_and_one_of_the_settings_are_two(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()
        other = replace(ex.PUT, version=2, origin=Origin.DESK)
        await journal.commit((ex.PUT, other))

        assert (await journal.load()).policy_records == (other, ex.PUT)

    async def test_of_an_account_s_limits_the_latest_counts(self, store: JournalStore) -> None:
        journal = await store.open()
        later = replace(ex.LIMITS, stage=Stage.FLATTEN, closed=(), suspended="in EUR")
        await journal.commit((ex.LIMITS, later))

        journal = await store.reopen()

        assert (await journal.load()).limits == (later,)

    async def test_committing_nothing_changes_nothing(self, store: JournalStore) -> None:
        journal = await store.open()

        await journal.commit(())

        assert await journal.load() == EMPTY

    async def test_every_action_comes_back(self, store: JournalStore) -> None:
        records = (
            ex.opened(),
            ex.action(ex.modify(), ActionKind.MODIFY),
            ex.action(ex.close(), ActionKind.CLOSE),
        )
        journal = await store.open()

        await journal.commit((ex.trade(), *reversed(records)))

        assert (await journal.load()).actions == records

    async def test_every_command_comes_back(self, store: JournalStore) -> None:
        commands = [ex.command(what) for what in (ex.execute(), *ex.other_commands())]
        journal = await store.open()

        await journal.commit((ex.trade(), *commands))

        loaded = (await journal.load()).commands
        assert [state.progress for state in loaded] == [None] * len(commands)
        by_id = sorted(commands, key=lambda record: record.command_id)
        assert [state.record for state in loaded] == by_id

    async def test_settled_trades_come_back_as_ids_alone(self, store: JournalStore) -> None:
        journal = await store.open()
        settled = ex.trade(2, settled=True, status=TradeStatus.CLOSED)
        await journal.commit((ex.trade(1), ex.opened(1), ex.trade(2), ex.opened(2)))
        await journal.commit((ex.decision(2), ex.command(ex.execute(2)), ex.copy(2)))

        await journal.commit((settled,))

        loaded = await journal.load()
        assert loaded.settled == {settled.trade_id}
        assert loaded.trades == (ex.trade(1),)
        assert loaded.actions == (ex.opened(1),)
        assert (loaded.decisions, loaded.commands, loaded.copies) == ((), (), ())

    async def test_it_is_known_whether_a_trade_is_over(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.trade(1), ex.trade(2, settled=True)))

        assert not await journal.is_settled(ex.trade(1).trade_id)
        assert await journal.is_settled(ex.trade(2).trade_id)
        assert not await journal.is_settled(ex.trade(3).trade_id)

    async def test_trades_that_were_settled_long_ago_are_not_loaded(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()
        long_ago = ex.NOW_MS - REMEMBERED_MS - 1
        await journal.commit(
            (
                ex.trade(1, settled=True, updated_at_ms=long_ago),
                ex.trade(2, settled=True, updated_at_ms=ex.NOW_MS - REMEMBERED_MS),
                ex.trade(3, settled=True, updated_at_ms=ex.NOW_MS),
                ex.trade(4, updated_at_ms=long_ago),
            )
        )

        loaded = await journal.load()
        assert loaded.settled == {ex.trade(2).trade_id, ex.trade(3).trade_id}
        assert loaded.settled_since_ms == ex.NOW_MS - REMEMBERED_MS
        assert [trade.trade_id for trade in loaded.trades] == [ex.trade(4).trade_id]

    async def test_copies_that_a_person_looks_after_are_loaded(self, store: JournalStore) -> None:
        journal = await store.open()
        manual = ex.decision(1, outcome=Outcome.MANUAL)
        await journal.commit((ex.trade(1, settled=True), manual, ex.decision(2)))

        assert (await journal.load()).left_alone == {(manual.trade_id, manual.account_id)}

    async def test_a_purge_deletes_settled_trades_that_are_old_with_all_their_rows(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()
        await journal.commit(ex.one_of_each())
        once = await journal.load()
        old = ex.trade(settled=True, updated_at_ms=ex.NOW_MS - 1_001)
        await journal.commit((old, ex.trade(7, settled=True, updated_at_ms=ex.NOW_MS)))

        assert await journal.purge(keep_ms=1_000, trades_max=10) == 1

        loaded = await journal.load()
        assert loaded.settled == {ex.trade(7).trade_id}
        assert loaded.ledger_marks == once.ledger_marks
        counts = await self._counts(store)
        assert (counts["retries"], counts["answers"], counts["successes"]) == (0, 0, 0)
        assert not await journal.is_settled(old.trade_id)
        await journal.commit(ex.one_of_each())
        assert (await journal.load()).trades == once.trades, "nothing of it is left to contradict"

    async def test_a_purge_never_touches_what_is_not_settled(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.trade(1, updated_at_ms=0), ex.opened(1), ex.decision(1)))
        await journal.commit((ex.trade(2, settled=True, updated_at_ms=ex.NOW_MS),))
        before = await journal.load()

        assert await journal.purge(keep_ms=0, trades_max=10) == 0
        assert await journal.load() == before

    async def test_a_purge_takes_the_oldest_first_and_only_so_many(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()
        await journal.commit(
            [ex.trade(n, settled=True, updated_at_ms=ex.NOW_MS - n) for n in range(5)]
        )

        assert await journal.purge(keep_ms=1, trades_max=2) == 2
        assert (await journal.load()).settled == {ex.trade(n).trade_id for n in range(3)}
        assert await journal.purge(keep_ms=1, trades_max=2) == 1
        assert await journal.purge(keep_ms=1, trades_max=2) == 0

    async def test_a_purge_of_an_empty_journal_deletes_nothing(self, store: JournalStore) -> None:
        journal = await store.open()

        assert await journal.purge(keep_ms=0, trades_max=10) == 0

    async def test_old_verdicts_are_purged_but_none_is_left_without_its_latest(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()
        result = ex.evaluation().result
        day_ms = 86_400_000
        ages = {1: ("1", 40), 2: ("1", 31), 3: ("1", 29), 4: ("2", 90), 5: ("3", 0)}
        for number, (account, days) in ages.items():
            changed = replace(
                result,
                evaluation_id=EvaluationId(f"0197812f-0000-7000-8000-00000000000{number}"),
                account_id=AccountId(account),
                evaluated_at_ms=time.time_ns() // 1_000_000 - days * day_ms,
            )
            await journal.commit([replace(ex.evaluation(), result=changed)])

        gone = 0
        while found := await journal.purge_registrations(keep_days=30):
            gone += found
        assert gone == 2
        assert await journal.purge_registrations(keep_days=30) == 0
        assert await journal.purge_registrations(keep_days=1) == 0, "each account's latest stays"

    async def test_a_session_older_than_the_last_is_refused(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((replace(ex.SESSION, epoch=5),))
        await journal.commit((replace(ex.SESSION, epoch=5),))

        with pytest.raises(JournalRefused):
            await journal.commit((replace(ex.SESSION, epoch=4), ex.MARK))

        loaded = await journal.load()
        assert loaded.agent_epochs == (replace(ex.SESSION, epoch=5),)
        assert loaded.ledger_marks == ()

    async def test_the_latest_of_each_record_wins(self, store: JournalStore) -> None:
        order = ex.execute()
        newest: tuple[Record, ...] = (
            ex.trade(status=TradeStatus.CLOSED, volume_remaining=Decimal(0), stop_loss=None),
            ex.decision(outcome=Outcome.OMITTED),
            ex.command(order, agent_id=AgentId("agent_two")),
            ex.progress(order, CommandStatus.ACKED, attempt=3),
            ex.copy(remaining="0"),
            ex.account(connected_at_ms=ex.NOW_MS + 1),
            replace(ex.MARK, ledger_n=5),
            replace(ex.SESSION, epoch=4),
        )
        journal = await store.open()
        await journal.commit(ex.one_of_each())

        await journal.commit(newest)

        loaded = await journal.load()
        (state,) = loaded.commands
        found = (
            *loaded.trades,
            *loaded.decisions,
            state.record,
            state.progress,
            *loaded.copies,
            *loaded.accounts,
            *loaded.ledger_marks,
            *loaded.agent_epochs,
        )
        assert found == newest

    async def test_within_one_commit_the_last_of_equal_keys_wins(self, store: JournalStore) -> None:
        first, last = ex.trade(attempt=1), ex.trade(attempt=2)
        journal = await store.open()

        await journal.commit((first, ex.MARK, last))

        assert (await journal.load()).trades == (last,)

    async def test_action_with_other_content_is_refused(self, store: JournalStore) -> None:
        lower = replace(ex.intent(), price=Decimal("4015.0"))
        journal = await store.open()
        await journal.commit((ex.trade(), ex.opened()))

        with pytest.raises(JournalRefused):
            await journal.commit((ex.trade(attempt=9), ex.action(lower, ActionKind.OPEN)))

        loaded = await journal.load()
        assert loaded.trades == (ex.trade(),), "a refused commit leaves nothing behind"
        assert loaded.actions == (ex.opened(),)

    async def test_contradiction_within_one_commit_is_refused(self, store: JournalStore) -> None:
        lower = replace(ex.intent(), price=Decimal("4015.0"))
        journal = await store.open()

        with pytest.raises(JournalRefused):
            await journal.commit((ex.trade(), ex.opened(), ex.action(lower, ActionKind.OPEN)))

        assert await journal.load() == EMPTY

    async def test_the_same_action_reported_again_keeps_the_first_report(
        self, store: JournalStore
    ) -> None:
        """How an action travelled is no part of its content, and ``0.2`` is ``0.20``."""
        again = replace(ex.intent(), attempt=2, lot=Decimal("0.2"), symbol="xauusd")
        journal = await store.open()
        await journal.commit((ex.trade(), ex.opened()))

        await journal.commit((ex.action(again, ActionKind.OPEN, received_at_ms=ex.NOW_MS + 1),))

        assert (await journal.load()).actions == (ex.opened(),)

    async def test_command_with_other_content_is_refused(self, store: JournalStore) -> None:
        larger = replace(ex.execute(), lot=Decimal("0.2"))
        journal = await store.open()
        await journal.commit((ex.trade(), ex.command(ex.execute())))

        with pytest.raises(JournalRefused):
            await journal.commit((ex.trade(attempt=9), ex.command(larger)))

        loaded = await journal.load()
        assert loaded.trades == (ex.trade(),)
        assert [state.record for state in loaded.commands] == [ex.command(ex.execute())]

    async def test_work_goes_on_after_a_refusal(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.trade(), ex.command(ex.execute())))
        with pytest.raises(JournalRefused):
            await journal.commit((ex.command(replace(ex.execute(), lot=Decimal("0.2"))),))

        await journal.commit((ex.decision(),))

        assert (await journal.load()).decisions == (ex.decision(),)

    async def test_progress_may_come_with_its_command(self, store: JournalStore) -> None:
        order = ex.execute()
        journal = await store.open()

        await journal.commit((ex.progress(order), ex.trade(), ex.command(order)))
        await journal.commit((ex.progress(order, attempt=5),))

        (state,) = (await journal.load()).commands
        assert state.progress == ex.progress(order, attempt=5)

    async def test_progress_of_an_unknown_command_is_dropped(self, store: JournalStore) -> None:
        order = ex.execute()
        journal = await store.open()
        await journal.commit((ex.trade(), ex.progress(order)))

        await journal.commit((ex.command(order),))

        (state,) = (await journal.load()).commands
        assert state.progress is None

    async def test_command_of_no_trade_is_loaded_until_resolved(self, store: JournalStore) -> None:
        *_, cancel, flatten = ex.other_commands()
        journal = await store.open()
        await journal.commit((ex.command(cancel), ex.command(flatten)))

        await journal.commit((ex.progress(cancel, CommandStatus.ACKED), ex.progress(flatten)))

        loaded = (await journal.load()).commands
        assert [state.record.command for state in loaded] == [flatten]

    async def test_symbol_report_replaces_all_that_was_known(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.symbol_map(ex.GOLD, ex.DAX),))
        moved = replace(ex.DAX, broker_symbol="DE40")

        await journal.commit((ex.symbol_map(moved, reported_at_ms=ex.NOW_MS - 5),))

        newest = ex.symbol_map(moved, reported_at_ms=ex.NOW_MS - 5)
        assert (await journal.load()).symbol_maps == (newest,)

    async def test_an_empty_symbol_report_is_a_report(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.commit((ex.symbol_map(ex.GOLD),))

        await journal.commit((ex.symbol_map(),))

        assert (await journal.load()).symbol_maps == (ex.symbol_map(),)

    async def test_of_two_symbol_reports_in_one_commit_the_last_counts(
        self, store: JournalStore
    ) -> None:
        journal = await store.open()

        await journal.commit((ex.symbol_map(ex.GOLD), ex.symbol_map(ex.DAX)))

        assert (await journal.load()).symbol_maps == (ex.symbol_map(ex.DAX),)

    async def test_symbol_named_twice_keeps_its_last_mapping(self, store: JournalStore) -> None:
        moved = replace(ex.GOLD, broker_symbol="GOLD")
        journal = await store.open()

        await journal.commit((ex.symbol_map(ex.GOLD, ex.DAX, moved),))

        assert (await journal.load()).symbol_maps == (ex.symbol_map(ex.DAX, moved),)

    async def test_every_answer_is_kept_and_one_success_counts(self, store: JournalStore) -> None:
        order = ex.execute()
        answers: tuple[ExecutionResult, ...] = (
            ex.failed(order),
            ex.result(order),
            ex.result(order, stored=True),
            ex.result(order, ticket=99),
        )
        journal = await store.open()

        for number, answer in enumerate(answers):
            await journal.commit((ex.execution(answer, received_at_ms=ex.NOW_MS + number),))

        assert await store.count("answers") == 4
        assert await store.count("successes") == 1

    async def test_answers_of_one_millisecond_are_told_apart(self, store: JournalStore) -> None:
        order = ex.execute()
        doubt = ex.result(order, success=False, doubt=True)
        journal = await store.open()

        await journal.commit((ex.execution(doubt), ex.execution(ex.result(order))))

        assert await store.count("answers") == 2
        assert await store.count("successes") == 1

    async def test_answers_to_closes_count_apart_from_opens(self, store: JournalStore) -> None:
        order = ex.execute()
        closing = CloseOrder(
            command_id=derive_command_id(ex.trade_id(), SEQ_CLOSE, ex.SLAVE),
            trade_id=ex.trade_id(),
            account_id=ex.SLAVE,
            ticket=ex.BIG_TICKET,
            symbol="XAUUSD.m",
            magic_number=1,
            seq=SEQ_CLOSE,
        )
        journal = await store.open()

        for number, what in enumerate((ex.result(order), ex.result(closing), ex.result(closing))):
            await journal.commit((ex.execution(what, received_at_ms=number),))

        assert await store.count("answers") == 3
        assert await store.count("successes") == 2

    async def test_latest_values_for_readers_replace_older_ones(self, store: JournalStore) -> None:
        journal = await store.open()
        specs = SpecRecord(account_id=ex.SLAVE, symbols=(ex.SPEC,), reported_at_ms=1)

        await journal.commit((ex.quote(), ex.account_state(), specs))
        await journal.commit((ex.quote("1.5"), ex.account_state("2.5"), specs))

        counts = {kind: await store.count(kind) for kind in ("quotes", "states", "specs")}
        assert counts == {"quotes": 1, "states": 1, "specs": 1}

    async def test_policies_of_the_store_are_loaded(self, store: JournalStore) -> None:
        journal = await store.open((ex.POLICY,))

        assert (await journal.load()).policies == (ex.POLICY,)

    async def test_trades_come_in_the_order_of_their_ids(self, store: JournalStore) -> None:
        trades: list[TradeRecord] = [ex.trade(number) for number in (3, 1, 2)]
        journal = await store.open()

        await journal.commit(trades)

        assert (await journal.load()).trades == (trades[1], trades[2], trades[0])

    async def test_closed_journal_takes_nothing_more(self, store: JournalStore) -> None:
        journal = await store.open()
        await journal.close()
        await journal.close()

        with pytest.raises(JournalUnavailable):
            await journal.commit((ex.trade(),))
        with pytest.raises(JournalUnavailable):
            await journal.load()


class LedgerStore(Protocol):
    """A place that keeps a ledger."""

    async def open(self) -> Ledger:
        """Open it, new at the first call."""

    async def reopen(self) -> Ledger:
        """Close what is open and open it again."""


def entry(message: LedgerMessage, n: int, *, key: str = "", kind: LedgerKind) -> LedgerEntry:
    return LedgerEntry(
        key=key or f"{kind}:{n}",
        n=n,
        kind=kind,
        account_id=ex.SLAVE,
        message=message,
        boot_id="0f",
        boot_ms=2**40,
    )


class LedgerContract:
    """The ledger's promises."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> LedgerStore: ...

    async def test_new_ledger_is_empty_and_has_a_name(self, store: LedgerStore) -> None:
        contents = await (await store.open()).load()

        assert contents.entries == ()
        assert contents.n == 0
        assert contents.ledger_id

    async def test_name_stays_with_the_ledger(self, store: LedgerStore) -> None:
        name = (await (await store.open()).load()).ledger_id

        assert (await (await store.reopen()).load()).ledger_id == name

    async def test_every_message_comes_back_in_order(self, store: LedgerStore) -> None:
        messages: tuple[LedgerMessage, ...] = (
            ex.intent(),
            ex.modify(),
            ex.close(),
            ex.result(ex.execute(), candidates=(1, ex.BIG_TICKET), doubt=True, success=False),
            ex.execute(),
            *ex.other_commands(),
        )
        entries = [
            entry(message, n, kind=LedgerKind.UPLINK) for n, message in enumerate(messages, start=1)
        ]
        ledger = await store.open()
        await ledger.load()

        await ledger.write(tuple(reversed(entries)), ())

        contents = await (await store.reopen()).load()
        assert list(contents.entries) == entries
        assert contents.n == len(entries)

    async def test_putting_a_key_again_replaces_its_entry(self, store: LedgerStore) -> None:
        first = entry(ex.execute(), 1, key="c1", kind=LedgerKind.COMMAND)
        again = replace(first, kind=LedgerKind.WRITTEN, n=4)
        ledger = await store.open()
        await ledger.write((first,), ())

        await ledger.write((again,), ())

        assert (await ledger.load()).entries == (again,)

    async def test_dropped_entries_are_gone_but_their_numbers_stay_used(
        self, store: LedgerStore
    ) -> None:
        kept, gone = (entry(ex.intent(n), n, kind=LedgerKind.UPLINK) for n in (1, 9))
        ledger = await store.open()
        await ledger.write((kept, gone), ())

        await ledger.write((), (gone.key, "never heard of"))

        contents = await (await store.reopen()).load()
        assert contents.entries == (kept,)
        assert contents.n == 9

    async def test_lower_numbers_do_not_lower_the_highest(self, store: LedgerStore) -> None:
        ledger = await store.open()
        await ledger.write((entry(ex.intent(), 9, kind=LedgerKind.UPLINK),), ())

        ledger = await store.reopen()
        await ledger.write((entry(ex.intent(2), 3, kind=LedgerKind.UPLINK),), ())

        assert (await ledger.load()).n == 9

    async def test_what_is_dropped_and_put_at_once_stays(self, store: LedgerStore) -> None:
        item = entry(ex.intent(), 1, kind=LedgerKind.UPLINK)
        ledger = await store.open()

        await ledger.write((item,), (item.key,))

        assert (await ledger.load()).entries == (item,)

    async def test_writing_nothing_changes_nothing(self, store: LedgerStore) -> None:
        ledger = await store.open()

        await ledger.write((), ())

        assert (await ledger.load()).entries == ()

    async def test_closed_ledger_takes_nothing_more(self, store: LedgerStore) -> None:
        ledger = await store.open()
        await ledger.close()

        with pytest.raises(LedgerUnwritable):
            await ledger.write((entry(ex.intent(), 1, kind=LedgerKind.UPLINK),), ())
        with pytest.raises(LedgerUnwritable):
            await ledger.load()
