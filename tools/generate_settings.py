"""Generate the settings reference and the sample file from the schema.

    python -m tools.generate_settings

A test compares the committed files with a fresh run.
"""

from pathlib import Path

from echo.config.reference import reference_page, sample_file

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference" / "settings.md"
SAMPLE = ROOT / "deploy" / "echo.sample.toml"


def main() -> None:
    """Write both files."""
    for path, text in ((REFERENCE, reference_page()), (SAMPLE, sample_file())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
