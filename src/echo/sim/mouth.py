"""What is said on a pipe of bytes: spelled, and mangled in ways that a reader must bear."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from echo.domain.facts import InputRefused
from echo.domain.quantities import Instant
from echo.sim import spelling
from echo.sim.node import Scene
from echo.sim.spelling import Spelling
from echo.wire.refusals import WireError

JOIN_MS: Final = 30
"""How long a line waits for the next, to leave with it."""


class Mouth:
    """Both ends' mouths and ears on one pipe of bytes.

    Args:
        version: The protocol version that the EA speaks.
    """

    def __init__(self, scene: Scene, name: str, version: int) -> None:
        self._scene = scene
        self._name = name
        self._spelling = Spelling(version)
        self._held: dict[bool, bytes] = {True: b"", False: b""}
        """Lines that wait for the next one, by whether the EA says them."""
        self._begun: set[bool] = set()

    @property
    def is_endless(self) -> bool:
        """Whether the EA is saying a line that never ends."""
        return self._spelling.is_endless

    def holds(self, *, by_ea: bool) -> bool:
        """Whether a line waits for the next one."""
        return bool(self._held[by_ea])

    def say(
        self, message: Any, version: int, now: Instant, *, by_ea: bool, repeated: bool
    ) -> list[bytes]:
        """Return the pieces in which *message* travels; none while it waits for the next.

        Args:
            message: What an EA says to its Agent, or the other way round.
            version: Which version the Agent takes the EA for.
            repeated: Whether somebody sends it again until it is acknowledged.
        """
        try:
            if by_ea:
                data = self._spelling.from_ea(message, now)
            else:
                data = self._spelling.to_ea(message, version, now)
        except WireError as error:
            refused = InputRefused(
                peer=self._name, reason=f"unsendable_{error.reason}", sentence=error.sentence
            )
            self._scene.watch.fact(self._name, refused)
            return []
        return self._mangled(data, by_ea=by_ea, repeated=repeated)

    def left_over(self, *, by_ea: bool) -> bytes:
        """Return what waited for a line that did not come."""
        data, self._held[by_ea] = self._held[by_ea], b""
        return data

    def heard(self, data: bytes, now: Instant, *, by_ea: bool) -> Iterator[object]:
        """Yield what *data* completes: messages, and a ``WireError`` for what cannot be read."""
        if by_ea:
            yield from self._spelling.agent_reads(data, now)
        else:
            yield from self._spelling.ea_reads(data)

    def _mangled(self, data: bytes, *, by_ea: bool, repeated: bool) -> list[bytes]:
        scene, weather = self._scene, self._scene.faults.weather
        first = by_ea not in self._begun
        self._begun.add(by_ea)
        if first and scene.faults.strikes("line_marked", weather.line_mangled):
            return [spelling.MARK + data]
        if repeated:
            data = self._preceded(data)
            if by_ea and scene.faults.strikes("line_endless", weather.line_endless):
                return [*spelling.endless(), data]
        data = self.left_over(by_ea=by_ea) + data
        if not scene.faults.strikes("line_mangled", weather.line_mangled):
            return [data]
        return scene.chance.choice(_WAYS)(self, data, by_ea)

    def _preceded(self, data: bytes) -> bytes:
        """Put half a line before the line now and then: neither can be read."""
        scene, weather = self._scene, self._scene.faults.weather
        if not scene.faults.strikes("line_torn", weather.line_torn):
            return data
        return data[: scene.chance.randrange(1, len(data) - 1)] + data

    def _cut(self, data: bytes, by_ea: bool) -> list[bytes]:
        self._scene.faults.struck["line_cut"] += 1
        return spelling.cut(data, self._scene.chance)

    def _join(self, data: bytes, by_ea: bool) -> list[bytes]:
        self._scene.faults.struck["line_joined"] += 1
        self._held[by_ea] = data
        return []

    def _return(self, data: bytes, by_ea: bool) -> list[bytes]:
        self._scene.faults.struck["line_crlf"] += 1
        return [spelling.with_carriage_returns(data)]

    def _noisy(self, data: bytes, by_ea: bool) -> list[bytes]:
        name, noise = spelling.noise(self._scene.chance)
        self._scene.faults.struck[f"line_{name}"] += 1
        return [noise, data]


_WAYS: Final[tuple[Callable[[Mouth, bytes, bool], list[bytes]], ...]] = (
    Mouth._cut,
    Mouth._join,
    Mouth._return,
    Mouth._noisy,
)
