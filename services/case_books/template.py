"""Writes the workbook for cases that are half-way: made from their process, and explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types
from sqlalchemy import Connection

from domain.process import Process
from domain.values import Text
from records import bulk
from services.books.cells import escaped
from services.case_books.columns import Column, columns_of, more_columns_of
from services.parts import Parts

CASES: Final = "个案 Cases"
LISTS: Final = "列表 Lists"
MORE: Final = "更多 More"
"""Of what has no room in the row of a case: a line for each fact."""
UNITS: Final = "组织 Units"
NOTES: Final = "说明 Notes"
MARK: Final = "※"
"""Begins the row of explanations, below the headings; the process is named behind it."""

_Page = Any
"""A workbook or a sheet as xlsxwriter has it, which has no types."""

_ONCE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - stands in the file as it is, always the same
_WIDTH: Final = 20
_ROWS: Final = 20_000
"""Rows for which a list is offered."""


async def write_template(parts: Parts, process: str, into: IO[bytes]) -> None:
    """Write it for a process, with the units cases of it may belong to. Raises UnknownProcess."""
    family = parts.library.family(process)
    starts_in = family[-1].starts_in

    def units_of(connection: Connection) -> list[tuple[str, str]]:
        every = bulk.all_entries(connection, "units")
        return [(str(one["id"]), str(one["name"])) for one in every if one["kind"] == starts_in]

    _write(family, await parts.read(units_of), into)


def heading(column: Column) -> str:
    """Return what stands above a column: in both languages, and in brackets as programs name it."""
    star = "*" if column.required else ""
    return f"{column.title.zh} {column.title.en}{star} [{column.key}]"


def chosen(choice: tuple[str, Text]) -> str:
    """Return how a list offers something: what it is called, and in brackets its id."""
    name, title = choice
    return name if title.zh == name else f"{title.zh} [{name}]"


def _write(family: Sequence[Process], units: Iterable[tuple[str, str]], into: IO[bytes]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(into, options) as workbook:
        workbook.set_properties({"created": _ONCE, "title": "Accede"})
        looks = {
            "head": workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "says": workbook.add_format({"italic": True, "text_wrap": True, "valign": "top"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "text": workbook.add_format({"num_format": "@"}),
            "number": workbook.add_format({"num_format": "0"}),
        }
        pages = [(workbook.add_worksheet(name), of(family)) for name, of in _SHEETS]
        lists = workbook.add_worksheet(LISTS)
        listed = 0
        for page, columns in pages:
            page.freeze_panes(2, 3)
            for place, column in enumerate(columns):
                form = looks.get(column.kind, looks["text"])
                page.set_column(place, place, _WIDTH, form)
                page.write_string(0, place, heading(column), looks["head"])
                page.write_string(1, place, _explained(column, family, first=place == 0), looks["says"])
                if column.choices or column.kind == "truth":
                    offered = [chosen(one) for one in column.choices] or ["是", "否"]
                    _offer(page, lists, place, listed, column, offered)
                    listed += 1
        _helpers(workbook, looks, units, family)


def _explained(column: Column, family: Sequence[Process], *, first: bool) -> str:
    says = f"{column.says.zh}\n{column.says.en}"
    return f"{MARK} {family[-1].process}\n{says}" if first else says


def _offer(  # noqa: PLR0917 - a list, and where it goes
    page: _Page, lists: _Page, place: int, listed: int, column: Column, offered: Sequence[str]
) -> None:
    lists.write_string(0, listed, column.key)
    for number, one in enumerate(offered, 1):
        lists.write_string(number, listed, one)
    name = xlsxwriter.utility.xl_col_to_name(listed, col_abs=True)
    source = f"='{LISTS}'!{name}$2:{name}${len(offered) + 1}"
    page.data_validation(2, place, _ROWS, place, {"validate": "list", "source": source})


def _helpers(
    workbook: _Page, looks: dict[str, _Page], units: Iterable[tuple[str, str]], family: Sequence[Process]
) -> None:
    page = workbook.add_worksheet(UNITS)
    page.set_column(0, 1, 2 * _WIDTH, looks["text"])
    page.write_row(0, 0, ["编号 Id", "名称 Name"], looks["head"])
    for number, (unit, name) in enumerate(units, 1):
        page.write_row(number, 0, [escaped(unit), escaped(name)], looks["text"])
    notes = workbook.add_worksheet(NOTES)
    notes.set_column(0, 1, 4 * _WIDTH, looks["says"])
    latest = family[-1]
    lines = [(latest.title.zh, latest.title.en), *_NOTES]
    for number, line in enumerate(lines):
        notes.write_row(number, 0, line, looks["head"] if number == 0 else looks["says"])


_SHEETS: Final = ((CASES, columns_of), (MORE, more_columns_of))

_NOTES: Final = (
    (
        "每行一案，从第3行起填写。前两行请保留。不用的列可以删除。",
        "One case a row, from row 3 on. Leave the first two rows. Columns you do not need may be taken away.",
    ),
    (
        "第一张表中各环节填写最近一次。此前各次、意见和答复、中止、恢复、转入，在“更多”表中每项一行。",
        "A case's row has the latest round of each step; what else happened has lines in the sheet More.",
    ),
    (
        "不知道的请留空，不要猜测：留空的会作为缺项记入个案，不会隐藏，也不会妨碍继续办理。",
        "Leave empty what nobody knows any more. It is kept as a gap of the case, and stops nothing.",
    ),
    (
        "各项按当日的规则核对。违反当日规则的，默认不导入；核对无误后可按原样导入，并记入个案。",
        "Facts are judged by the rules of their day. What broke one is brought in only where that is asked.",
    ),
    (
        "同一行导入两次只算一次。先试导入，列出全部问题，再正式导入。",
        "The same row twice is brought in once. Try first: everything that is wrong is listed.",
    ),
)
