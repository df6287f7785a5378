import pytest

from tests.ablations.switches import Switch, by, gives, nothing, without


class Lamp:
    def shines(self) -> bool:
        return True

    @classmethod
    def named(cls, name: str) -> str:
        return f"{cls.__name__} {name}"

    @property
    def colour(self) -> str:
        return "red"


def test_what_is_switched_off_is_on_again_afterwards() -> None:
    before = vars(Lamp)["shines"]
    with without(Switch(Lamp, "shines", gives(False))):
        assert not Lamp().shines()
    assert vars(Lamp)["shines"] is before


def test_it_is_on_again_after_a_failure_too() -> None:
    with pytest.raises(RuntimeError), without(Switch(Lamp, "shines", nothing)):
        raise RuntimeError
    assert Lamp().shines()


def test_the_original_can_be_used() -> None:
    with without(Switch(Lamp, "named", lambda named: lambda name: named(name).upper())):
        assert Lamp.named("one") == "LAMP ONE"
    assert Lamp.named("one") == "Lamp one"


def test_a_property_is_replaced_by_a_property() -> None:
    with without(Switch(Lamp, "colour", by(property(lambda _: "blue")))):
        assert Lamp().colour == "blue"
    assert Lamp().colour == "red"


def test_several_switches_of_one_thing_come_back_in_order() -> None:
    twice = Switch(Lamp, "named", lambda named: lambda name: named(name) + "!")
    with without(twice, twice):
        assert Lamp.named("one") == "Lamp one!!"
    assert Lamp.named("one") == "Lamp one"


def test_nothing_of_that_name_is_an_error() -> None:
    with pytest.raises(KeyError), without(Switch(Lamp, "sings", nothing)):
        pass
