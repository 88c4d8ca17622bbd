"""Writes these tables into docs/access.md and docs/privacy.md: `python -m tests.access.write_matrix`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.access.page_table import the_pages
from tests.access.table import Caller, Fields, Row, Table, the_fields, the_table

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
FIELDS_PAGE = PAGE.with_name("privacy.md")
BEGIN, END = "<!-- The matrix begins -->", "<!-- The matrix ends -->"


def with_matrix(page: str, table: Table, pages: Iterable[Row]) -> str:
    """Return the page with the table's matrix between its two marks."""
    return _between(page, matrix(table, pages))


def with_fields(page: str, fields: Fields) -> str:
    """Return the page with the table of fields between its two marks."""
    return _between(page, _fields(fields))


def matrix(table: Table, pages: Iterable[Row]) -> str:
    """Return who asks, and what each question is answered, over HTTP and in pages."""
    parts = ["\n### Who asks\n", "| word | means |", "|---|---|"]
    words = {**table.roles, **table.places, **table.people}
    parts += [f"| {word} | {meaning} |" for word, meaning in words.items()]
    parts += [
        "\n### What is answered\n",
        "| route | what is asked, and the rule | answers |",
        "|---|---|---|",
    ]
    parts += [_line(table, row) for row in table.rows]
    parts += [
        "\n### What pages answer\n",
        "A page is 200 where it is shown, 303 where it leads on: to another page, or to the log-in.\n",
        "| page | what is asked, and the rule | answers |",
        "|---|---|---|",
    ]
    parts += [_line(table, row) for row in pages]
    return "\n".join(parts) + "\n"


def _between(page: str, text: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def _fields(fields: Fields) -> str:
    viewers, groups = fields["viewers"], fields["groups"]
    parts = ["", "| who looks | is somebody who |", "|---|---|"]
    parts += [f"| {who} | {meaning} |" for who, meaning in viewers.items()]
    parts += ["", "| fields | what they are | " + " | ".join(viewers) + " |"]
    parts += ["|---|---|" + "---|" * len(viewers)]
    for group, meaning in groups.items():
        cells = " | ".join(fields["table"][group][who] for who in viewers)
        parts.append(f"| {group} | {meaning} | {cells} |")
    return "\n".join(parts) + "\n"


def _line(table: Table, row: Row) -> str:
    when = f", {row.when}" if row.when else ""
    answers = "; ".join(_answers(table, row))
    return f"| `{row.route}`{when} | {row.says} | {answers} |"


def _answers(table: Table, row: Row) -> Iterator[str]:
    """Return one part for each status, the one of most callers last, as "everybody else"."""
    statuses = sorted(set(row.answers.values()), key=lambda each: list(row.answers.values()).count(each))
    yield from (f"**{status}** {_whom(table, row, status)}" for status in statuses[:-1])
    yield f"**{statuses[-1]}** everybody" + (" else" if len(statuses) > 1 else "")


def _whom(table: Table, row: Row, status: int) -> str:
    """Return the callers with a status: roles that share their places are named together."""
    shared: dict[str, list[str]] = {}
    for role in table.roles:
        places = [place for place in table.places if row.answers[Caller(role, place)] == status]
        if places:
            where = "" if len(places) == len(table.places) else f" ({', '.join(places)})"
            shared.setdefault(where, []).append(role)
    named = [f"{', '.join(roles)}{where}" for where, roles in shared.items()]
    people = [person for person in table.people if row.answers[Caller(person)] == status]
    return "; ".join([*named, *([", ".join(people)] if people else [])])


def main() -> None:
    """Write the pages."""
    FIELDS_PAGE.write_text(with_fields(FIELDS_PAGE.read_text("utf-8"), the_fields()), "utf-8")
    PAGE.write_text(with_matrix(PAGE.read_text("utf-8"), the_table(), the_pages()), "utf-8")


if __name__ == "__main__":
    main()
