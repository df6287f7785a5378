"""Statements in their real forms, invented figures in them, and ways to write them differently."""

import io
from pathlib import Path

import openpyxl

from echo.terminal.histories.grid import html_grid

STATEMENTS = Path(__file__).resolve().parents[2] / "data" / "statements"


def mt4() -> str:
    """A detailed statement of MT4, with every section and kind of row."""
    return (STATEMENTS / "mt4_detailed.htm").read_text(encoding="utf-8")


def mt5() -> str:
    """A history report of MT5, with positions, orders and deals."""
    return (STATEMENTS / "mt5_report.html").read_text(encoding="utf-8")


def lines_without(text: str, *marks: str) -> str:
    """Leave out the lines that hold any of *marks*."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not any(mark in line for mark in marks)
    )


def section(text: str, start: str, end: str | None = None) -> str:
    """Leave out what stands between the line that holds *start* and the one that holds *end*."""
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if start in line)
    last = next((number for number, line in enumerate(lines) if end and end in line), len(lines))
    return "".join(lines[:first] + lines[last:])


def as_xlsx(page: str) -> bytes:
    """Write the rows of a page as MT5 writes its workbook: one sheet, numbers as numbers."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in html_grid(page):
        book.active.append([_valued(text) for text in row.texts])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _valued(text: str) -> str | float | int | None:
    try:
        return int(text) if text.isdigit() else float(text.replace(" ", ""))
    except ValueError:
        return text or None
