"""Copies of values with some fields changed, quickly: every hop makes one of every message.

`replace` means what `dataclasses.replace` means, which looks at the description of every field
for every copy.  Here a class is looked at once; there are some dozens of them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from echo.domain.sealing import unsealed

_COPY_OF: dict[type, Callable[[Any], Any]] = {}
"""By class: what copies its values, open."""


def _learn(kind: type) -> Callable[[Any], Any]:
    """Learn how values of *kind* are copied.

    Raises:
        TypeError: *kind* is no plain slotted dataclass.
    """
    copy = _COPY_OF[kind] = unsealed(kind)
    return copy


if TYPE_CHECKING:
    # Under this name type checkers know which fields a class has.
    from dataclasses import replace as replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return a copy of the slotted dataclass *value* with *changes*.

        Raises:
            TypeError: *changes* name what is no field, or the class is not a plain one.
        """
        kind = type(value)
        copy = (_COPY_OF.get(kind) or _learn(kind))(value)
        try:
            for name, each in changes.items():
                setattr(copy, name, each)
        except AttributeError:
            raise TypeError(f"{kind.__name__} has no field {name!r}") from None
        copy.__class__ = kind
        return copy
