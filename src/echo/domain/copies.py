"""Copies of values with some fields changed, quickly: every hop makes one of every message.

`replace` means what `dataclasses.replace` means, which looks at the description of every field
for every copy.  Here a class is looked at once; there are some dozens of them.
"""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from echo.domain.sealing import unsealed

_Form = tuple[Callable[[Any], tuple[object, ...]], type]
_FORMS: dict[type, _Form] = {}


def _form(kind: type) -> _Form:
    """Learn how values of *kind* are read, and what their copies are made of.

    Raises:
        TypeError: *kind* is no plain slotted dataclass of several fields.
    """
    open_kind = unsealed(kind)
    names = [field.name for field in fields(kind)]
    if len(names) < 2:
        raise TypeError(f"{kind.__name__} is no plain slotted dataclass of several fields")
    form = _FORMS[kind] = (attrgetter(*names), open_kind)
    return form


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
        read, make = _FORMS.get(kind) or _form(kind)
        copy = make(*read(value))
        try:
            for name, each in changes.items():
                setattr(copy, name, each)
        except AttributeError:
            raise TypeError(f"{kind.__name__} has no field {name!r}") from None
        copy.__class__ = kind
        return copy
