"""The bill of materials names everything that is installed, and what it must be."""

import json
import sys

import pytest

from tests.house.sources import ROOT, read
from tests.house.test_project import PROJECT, pins
from tools.bill_of_materials import bill, components, main

LOCK = """# made by a program
one==1.2 ; sys_platform == 'win32' \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
two-more==3.0.1 \\
    --hash=sha256:{a}
""".format(a="a" * 64, b="b" * 64)


def test_a_part_is_named_with_its_version_its_hashes_and_where_it_is_used() -> None:
    one, two = components(LOCK)

    assert (one["purl"], two["purl"]) == ("pkg:pypi/one@1.2", "pkg:pypi/two-more@3.0.1")
    assert [each["content"] for each in one["hashes"]] == ["a" * 64, "b" * 64]
    assert one["properties"] == [{"name": "echo:where", "value": "sys_platform == 'win32'"}]
    assert "properties" not in two


def test_what_two_locks_pin_is_listed_once() -> None:
    made = bill(PROJECT["project"], [LOCK, LOCK])

    assert [part["name"] for part in made["components"]] == ["one", "two-more"]
    assert made["dependencies"][0]["dependsOn"] == [part["bom-ref"] for part in made["components"]]


def test_the_real_lock_is_listed_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", str(ROOT / "requirements.lock")])
    main()
    made = json.loads(capsys.readouterr().out)

    assert {part["name"]: part["version"] for part in made["components"]} == pins(
        "requirements.lock"
    )
    assert all(part["hashes"] for part in made["components"])
    assert read(ROOT / "requirements.lock").count("--hash=") == sum(
        len(part["hashes"]) for part in made["components"]
    )
