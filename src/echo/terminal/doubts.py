"""Settles opens that are in doubt, by looking at what the broker really has."""

from collections.abc import Callable, Mapping

from echo.domain.answers import ExecutionResult
from echo.domain.errors import ErrorCode
from echo.domain.ids import CommandId
from echo.terminal.desk import Desk
from echo.terminal.opening import Opening, Stage
from echo.terminal.sightings import CLOCK_SLACK_MS, Sighting, alike

LOOK_AGAIN_MS = 1_000

Settle = Callable[[Opening, ExecutionResult], None]


class Doubts:
    """Looks, when there has been time enough for a fill to show, and never guesses.

    *openings* are all opens that have no result yet; *settle* gives one its result.
    """

    def __init__(self, desk: Desk, openings: Mapping[CommandId, Opening], settle: Settle) -> None:
        self._desk = desk
        self._openings = openings
        self._settle = settle

    def enter(self, opening: Opening) -> None:
        """Begin to doubt: look once the broker has had its time since the order, and this EA."""
        desk = self._desk
        opening.stage = Stage.DOUBT
        since = max(opening.sent_mono_ms, desk.alone_since_mono_ms)
        opening.doubt_until_mono_ms = since + desk.settings.doubt_ms
        self._arm(opening, opening.doubt_until_mono_ms - desk.now.mono_ms)

    def glance(self, opening: Opening) -> None:
        """Adopt at once what carries the tag: nothing else can be this order's fill."""
        self.adopt(opening, self._desk.tagged(opening.sought))

    def adopt(self, opening: Opening, found: tuple[Sighting, ...]) -> bool:
        """Adopt what carries the tag, if it is one and the terminal shows everything.

        Returns whether it did.
        """
        desk = self._desk
        if not desk.conclusive or len(found) != 1:
            return False
        self._settle(opening, opening.adopted(desk.settings.account_id, found[0]))
        return True

    def look(self, opening: Opening) -> None:
        """Decide, if the time has come and the terminal shows everything; else look again."""
        desk = self._desk
        wait_ms = opening.doubt_until_mono_ms - desk.now.mono_ms
        if wait_ms > 0 or not desk.conclusive or self._hidden(opening):
            self._arm(opening, max(wait_ms, LOOK_AGAIN_MS))
            return
        by_tag = desk.tagged(opening.sought)
        if by_tag:
            self._decide(opening, by_tag)
            return
        found = self._by_shape(opening)
        if not found and (claimed := self._claimed(opening)):
            self._undecided(opening, claimed)
            return
        rivals = self._rivals(opening) if found else []
        if not rivals and not self._unproved(opening, found):
            self._decide(opening, found)
            return
        # The same positions could be the fill of either: whoever looked first would guess.
        shares = [(each, self._by_shape(each)) for each in rivals]
        for each, share in ((opening, found), *shares):
            if share and each.stage is Stage.DOUBT:
                self._undecided(each, share)

    def _by_shape(self, opening: Opening) -> tuple[Sighting, ...]:
        """What looks like the fill: with all of the volume, else with a part of it."""
        view, ledger = self._desk.view, self._desk.ledger
        whole = alike(opening.sought, view, ledger)
        return whole or alike(opening.sought, view, ledger, partly=True)

    def _claimed(self, opening: Opening) -> tuple[Sighting, ...]:
        """What would be its fill, were it not that another open in doubt may have left it."""
        view, ledger = self._desk.view, self._desk.ledger
        whole = alike(opening.sought, view, ledger, claimed=True)
        return whole or alike(opening.sought, view, ledger, partly=True, claimed=True)

    def _unproved(self, opening: Opening, found: tuple[Sighting, ...]) -> bool:
        """Whether its shape is not enough to be sure of a position.

        Without the ledger nobody knows what a former life had claimed; and less volume than was
        asked proves neither that it is the fill nor that there is none.
        """
        return bool(found) and (opening.cold or found[0].lot != opening.sought.lot)

    def _rivals(self, opening: Opening) -> list[Opening]:
        return [
            each
            for each in self._openings.values()
            if each is not opening
            and each.stage is not Stage.WAITING
            and each.flight_key == opening.flight_key
        ]

    def _decide(self, opening: Opening, found: tuple[Sighting, ...]) -> None:
        account_id = self._desk.settings.account_id
        match found:
            case ():
                if opening.cold:
                    code, sentence = ErrorCode.STALE, "older than this EA, and nothing was found"
                else:
                    code, sentence = ErrorCode.NOT_EXECUTED, "looked for, and not at the broker"
                result = opening.result(account_id, success=False, code=code, sentence=sentence)
                self._settle(opening, result)
            case (only,):
                self._settle(opening, opening.adopted(account_id, only))
            case _:
                self._undecided(opening, found)

    def _undecided(self, opening: Opening, found: tuple[Sighting, ...]) -> None:
        self._desk.alarm(
            f"doubt:{opening.command_id}",
            "IN_DOUBT",
            f"trade {opening.trade_id}: {len(found)} positions could be its fill",
            opening.trade_id,
        )
        candidates = tuple(each.ticket for each in found)
        self._settle(opening, opening.undecided(self._desk.settings.account_id, candidates))

    def _hidden(self, opening: Opening) -> bool:
        """Whether the history tab does not reach back to the order; a person must widen it."""
        view = self._desk.view
        from_ms = opening.sought.server_from_ms + CLOCK_SLACK_MS
        if opening.age_ms is None:
            # No tab reaches back for ever: as far as an open's time to live does is enough.
            from_ms = opening.server_ms - self._desk.settings.ttl_ms_max
        if from_ms >= view.history_from_ms:
            return False
        if not opening.alarmed:
            opening.alarmed = True
            self._desk.alarm(
                f"history:{opening.command_id}",
                "HISTORY_HIDDEN",
                f"the history starts at {view.history_from_ms}, the order was sent at {from_ms}",
                opening.trade_id,
            )
        return True

    def _arm(self, opening: Opening, after_ms: int) -> None:
        self._desk.arm(("look", opening.command_id), max(0, after_ms))
