"""A report as a workbook: a sheet with of what it is, and one for each table."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types

from domain.values import Language, Text
from services.reports import Report

_WIDTH: Final = 18
_OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_LONGEST_TAB: Final = 31
_SPANS: Final = Text(zh="{} 至 {}", en="{} to {}")


def workbook_of(report: Report, language: Language, now: datetime) -> bytes:
    """Return a report as XLSX. Words stay words, whatever they look like."""
    into = io.BytesIO()
    view = report.view
    about = (
        report.kind.title.in_language(language),
        view.headline,
        view.of.process.name,
        *(() if view.of.unit is None else (view.of.unit.name,)),
        _SPANS.in_language(language).format(view.of.from_, view.of.to),
    )
    with xlsxwriter.Workbook(into, _OPTIONS) as book:
        book.set_properties({"created": now.astimezone(UTC).replace(tzinfo=None), "title": about[0]})
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0 %"})
        for table in report.tables:
            page = book.add_worksheet(table.title[:_LONGEST_TAB])
            page.set_column(0, 0, 2 * _WIDTH)
            page.set_column(1, len(table.heads), _WIDTH)
            for number, words in enumerate(about):
                page.write_string(number, 0, words, bold if number == 0 else None)
            first = len(about) + 1
            for place, head in enumerate(table.heads):
                page.write_string(first, place, head, bold)
            for number, row in enumerate(table.rows, first + 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(number, place, cell)
                    elif cell is not None:
                        page.write_number(number, place, cell, share if isinstance(cell, float) else None)
    return into.getvalue()
