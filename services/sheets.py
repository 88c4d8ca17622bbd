"""Sheets for people who go on counting elsewhere: a workbook of rows, in which no text is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import xlsxwriter  # type: ignore[import-untyped] # it comes without types

Cell = str | int | float | date | None


class Sheet(NamedTuple):
    """One sheet: its name, what stands above the columns, and rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook (XLSX)."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                longest = max([len(column), *(len(str(row[place] or "")) for row in sheet.rows)], default=8)
                page.set_column(place, place, min(60, max(10, longest * 1.3)))
                page.write_string(0, place, column, bold)
            for number, row in enumerate(sheet.rows, 1):
                for place, cell in enumerate(row):
                    value = cell.isoformat() if isinstance(cell, date) else cell
                    page.write(number, place, value, plain)
    return out.getvalue()
