"""Risk policies that people keep in the database, beside those of the settings."""

from collections.abc import Callable, Mapping
from typing import Final

from echo.domain.facts import Alarm
from echo.domain.link_facts import ChangesMissed
from echo.domain.policy import PolicyBook, RiskPolicy
from echo.ports.errors import JournalUnavailable
from echo.ports.telemetry import FactSink
from echo.stores.postgres.reading import NoJournal, looking_into
from echo.stores.postgres.tables import read_policies
from echo.stores.postgres.target import PostgresTarget
from echo.stores.postgres.watch import POLICIES, TableWatch

TROUBLED: Final = "STORED_POLICIES_UNREADABLE"
MISSED: Final = "STORED_POLICIES_MISSED"


class StoredPolicies:
    """Adds the policies of the table to a book, now and whenever they change.

    A policy of the table counts instead of one of the settings for the same account and strategy.

    Args:
        target: Where the table is.
        facts: Told when it cannot be read, and when a change had not been announced.
    """

    def __init__(self, target: PostgresTarget, facts: FactSink) -> None:
        self.target, self._facts = target, facts
        self._stored: tuple[RiskPolicy, ...] = ()
        self._settings = PolicyBook()
        self._apply: Callable[[PolicyBook], None] = lambda _: None
        self._watch = TableWatch(target, POLICIES, read_policies, self._changed, self._troubled)
        self._missed = 0

    @classmethod
    async def read(cls, target: PostgresTarget, facts: FactSink) -> "StoredPolicies":
        """Read what there is now.

        Raises:
            JournalUnavailable: the server cannot be asked, or holds no policy in a row.
        """
        stored = cls(target, facts)
        try:
            async with looking_into(target) as connection:
                stored._keep(await read_policies(connection))
        except NoJournal:
            pass  # whose turn it is will make it; until then there is no policy in it
        except (ValueError, LookupError, ArithmeticError) as error:
            raise JournalUnavailable(
                f"{target}: a stored policy cannot be understood: {error}"
            ) from error
        return stored

    def book(self, settings: PolicyBook) -> PolicyBook:
        """Return what is in force while the settings hold *settings*."""
        self._settings = settings
        return settings.with_policies(self._stored)

    async def run(self, apply: Callable[[PolicyBook], None]) -> None:
        """Watch until cancelled; *apply* takes every new book."""
        self._apply = apply
        await self._watch.run()

    def _changed(self, rows: Mapping[str, object], keys: frozenset[str]) -> None:
        before = self._stored
        self._keep(rows)
        missed, self._missed = self._watch.missed - self._missed, self._watch.missed
        if missed:
            self._facts.observe(ChangesMissed(channel=POLICIES, count=missed))
            sentence = f"{', '.join(sorted(keys))} had changed and nobody was told"
            self._facts.observe(Alarm(key="stored_policies", code=MISSED, sentence=sentence))
        if self._stored != before:
            self._apply(self.book(self._settings))

    def _keep(self, rows: Mapping[str, object]) -> None:
        self._stored = tuple(each for each in rows.values() if isinstance(each, RiskPolicy))

    def _troubled(self, sentence: str) -> None:
        self._facts.observe(Alarm(key="stored_policies", code=TROUBLED, sentence=sentence))
