"""Verdicts as the database holds them, compared with those in force.

Only the Core whose turn it is writes verdicts, and it knows its own.  What it listens for is that
somebody else does: then what others read there is not what the terminals were told.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from echo.domain.facts import Alarm
from echo.domain.handshake import RegistrationStatus
from echo.domain.ids import AccountId
from echo.domain.link_facts import ChangesMissed
from echo.ports.telemetry import FactSink
from echo.stores.postgres.tables import StoredVerdict, read_verdicts
from echo.stores.postgres.target import PostgresTarget
from echo.stores.postgres.watch import HANDSHAKES, TableWatch

TROUBLED: Final = "STORED_VERDICTS_UNREADABLE"
NOT_OURS: Final = "VERDICT_NOT_OURS"

COMPARE_EVERY_S: Final = 5.0
"""What differs at two looks in a row is no commit under way."""
SETTLE_S: Final = 1.0
"""Terminals come in crowds: their verdicts are read together."""


class StoredVerdicts:
    """Listens for verdicts on the server.

    Args:
        target: Where the journal is.
        facts: Told of what was missed, and of verdicts that are not this Core's.
        in_force: The status that this Core has given an account; ``None`` = none.
    """

    def __init__(
        self,
        target: PostgresTarget,
        facts: FactSink,
        in_force: Callable[[AccountId], RegistrationStatus | None],
    ) -> None:
        self._facts, self._in_force = facts, in_force
        self._watch = TableWatch(
            target,
            HANDSHAKES,
            read_verdicts,
            self._changed,
            self._troubled,
            key_of=lambda payload: payload.partition(":")[0],
            settle_s=SETTLE_S,
        )
        self._missed = 0
        self._stored: Mapping[str, object] = {}
        self._differing: Mapping[str, StoredVerdict] = {}
        self._told: set[StoredVerdict] = set()

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch.run())
            group.create_task(self._compare())

    async def _compare(self) -> None:
        while True:
            await asyncio.sleep(COMPARE_EVERY_S)
            self.compare()

    def compare(self) -> None:
        """Compare once; what differed at the last time, too, is told, once."""
        before, self._differing = self._differing, dict(self._differences())
        for account, stored in self._differing.items():
            if before.get(account) != stored or stored in self._told:
                continue
            self._told.add(stored)
            told = self._in_force(AccountId(account))
            self._facts.observe(
                Alarm(
                    key=f"verdict:{account}",
                    code=NOT_OURS,
                    sentence=f"the database says {stored.status} of account {account} (evaluation"
                    f" {stored.evaluation_id}), this Core has said {told}: somebody else wrote it",
                    account_id=AccountId(account),
                )
            )

    def _differences(self) -> list[tuple[str, StoredVerdict]]:
        found = []
        for account, stored in self._stored.items():
            told = self._in_force(AccountId(account))
            if isinstance(stored, StoredVerdict) and told not in {None, stored.status}:
                found.append((account, stored))
        return found

    def _changed(self, rows: Mapping[str, object], _keys: frozenset[str]) -> None:
        self._stored = rows
        missed, self._missed = self._watch.missed - self._missed, self._watch.missed
        if missed:
            self._facts.observe(ChangesMissed(channel=HANDSHAKES, count=missed))

    def _troubled(self, sentence: str) -> None:
        self._facts.observe(Alarm(key="stored_verdicts", code=TROUBLED, sentence=sentence))
