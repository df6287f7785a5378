"""Lists what a release is made of, as CycloneDX: ``python -m tools.bill_of_materials LOCK...``.

What is listed is what the locks pin, with the hashes that installing demands.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
ENTRY: Final = re.compile(r"\n(?=[a-z0-9])")
PIN: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^\s;\\]+)(?P<rest>[^\n]*)")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> int:
    """Print the bill of the locks that are named."""
    options = argparse.ArgumentParser(prog="tools.bill_of_materials", description=__doc__)
    options.add_argument("locks", nargs="+", type=Path, metavar="LOCK")
    chosen = options.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in chosen.locks]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    json.dump(bill(project, texts), sys.stdout, indent=1, sort_keys=True)
    print()
    return 0


def bill(project: dict[str, Any], locks: list[str]) -> dict[str, Any]:
    """Return the bill of *project*, which stands on what *locks* pin.

    Source: CycloneDX 1.5; the package URLs are of type ``pypi``, by name and version.
    """
    parts = {part["bom-ref"]: part for text in locks for part in components(text)}
    whole = {
        "type": "application",
        "bom-ref": f"pkg:pypi/{project['name']}@{project['version']}",
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": whole},
        "components": [parts[name] for name in sorted(parts)],
        "dependencies": [{"ref": whole["bom-ref"], "dependsOn": sorted(parts)}],
    }


def components(lock: str) -> Iterator[dict[str, Any]]:
    """Yield what one lock pins."""
    for entry in ENTRY.split("\n" + lock):
        found = PIN.match(entry.lstrip("\n"))
        if found is None:
            continue
        reference = f"pkg:pypi/{found['name']}@{found['version']}"
        where = found["rest"].partition(";")[2].strip(" \\")
        yield {
            "type": "library",
            "bom-ref": reference,
            "purl": reference,
            "name": found["name"],
            "version": found["version"],
            "hashes": [{"alg": "SHA-256", "content": each} for each in HASH.findall(entry)],
            **({"properties": [{"name": "echo:where", "value": where}]} if where else {}),
        }


if __name__ == "__main__":
    sys.exit(main())
