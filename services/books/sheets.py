"""The sheets of a book, and the columns of each: the one place that reading, checking and writing go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from domain.values import Text

SheetName = Literal["units", "people", "standings", "posts", "delegations", "restrictions"]
Kind = Literal["id", "label", "line", "prose", "email", "language", "day", "birthday", "truth", "words"]
Entry = dict[str, object]
"""One row of a sheet by the keys of its columns: text, days, true and false, or None for nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how programs name it, what people read above it, and what belongs into it."""

    key: str
    kind: Kind
    title: Text
    says: Text
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `fixed` are columns that a later book cannot change; a row of its own can say it."""

    name: SheetName
    title: Text
    says: Text
    columns: tuple[Column, ...]
    natural: tuple[str, ...] = ()
    """What makes a row the same as another where it has no id."""
    fixed: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the columns, in order."""
        return tuple(column.key for column in self.columns)


def _column(key: str, kind: Kind, zh: str, en: str, *, needs: bool = False) -> Column:
    """Return a column whose title is what comes before the colon."""
    (zh_title, _, zh_says), (en_title, _, en_says) = zh.partition("："), en.partition(": ")
    return Column(
        key, kind, Text(zh=zh_title, en=en_title), Text(zh=zh_says or zh_title, en=en_says or en_title), needs
    )


_OWN_ID = _column(
    "id",
    "id",
    "编号：可留空；留空时，同一内容的行视为同一条",
    "Id: may be left empty; then rows that say the same are the same",
)
_PERSON = _column(
    "person", "id", "人员：人员表中的编号", "Person: the id of somebody on the sheet of people", needs=True
)
_UNIT = _column("unit", "id", "组织：组织表中的编号", "Unit: the id of a unit on its sheet", needs=True)
_FROM = _column(
    "from", "day", "起始日期：第一天，如 2026-05-01", "From: the first day, such as 2026-05-01", needs=True
)
_TO = _column("to", "day", "截止日期：最后一天；没有则留空", "To: the last day; empty while there is none")

SHEETS: Final = (
    Sheet(
        "units",
        Text(zh="组织", en="Units"),
        Text(zh="组织树，每行一个组织", en="The tree of the organisation, a row for each unit"),
        (
            _column("id", "id", "编号：字母、数字、. _ : -", "Id: letters, digits and . _ : -", needs=True),
            _column(
                "kind",
                "label",
                "类别：流程所用的代号，如 branch",
                "Kind: as processes name it, such as branch",
                needs=True,
            ),
            _column("name", "line", "名称：组织全称", "Name: the full name", needs=True),
            _column(
                "parent",
                "id",
                "上级：上级组织的编号；最高一级留空",
                "Above: the id of the unit above; empty at the top",
            ),
            _column(
                "may_approve",
                "truth",
                "有审批权：是 或 否；留空为否",
                "May approve: yes or no; empty is no",
            ),
            _column("temporary", "truth", "临时：是 或 否；留空为否", "Temporary: yes or no; empty is no"),
            _column(
                "from",
                "day",
                "成立日期：留空表示一直都有",
                "Founded: the first day; empty where it was always there",
            ),
            _column(
                "to",
                "day",
                "撤销前最后一天：没有撤销则留空",
                "Closed after: the last day; empty while it is there",
            ),
        ),
        fixed=frozenset({"from", "to"}),
    ),
    Sheet(
        "people",
        Text(zh="人员", en="People"),
        Text(zh="每行一人", en="A row for each person"),
        (
            _column("id", "id", "编号：字母、数字、. _ : -", "Id: letters, digits and . _ : -", needs=True),
            _column("name", "line", "姓名：", "Name: ", needs=True),
            _column("email", "email", "邮箱：可留空", "Email: may be empty"),
            _column("language", "language", "语言：zh 或 en；留空为 zh", "Language: zh or en; empty is zh"),
            _column("born_on", "birthday", "出生日期：可留空", "Born: may be empty"),
        ),
    ),
    Sheet(
        "standings",
        Text(zh="身份", en="Standings"),
        Text(zh="谁自何日起在何组织为何身份", en="Who has which standing in which unit, and since when"),
        (
            _OWN_ID,
            _PERSON,
            _column(
                "standing",
                "label",
                "身份：流程所用的代号，如 full-member；没有身份写 none",
                "Standing: as processes name it, such as full-member; none where there is none",
                needs=True,
            ),
            _UNIT,
            _FROM,
            _TO,
        ),
        natural=("person", "standing", "unit", "from"),
        fixed=frozenset({"person", "standing", "unit"}),
    ),
    Sheet(
        "posts",
        Text(zh="职务", en="Posts"),
        Text(
            zh="谁在何组织担任何职务；权限只来自职务",
            en="Who holds which post where; rights come from posts alone",
        ),
        (
            _OWN_ID,
            _PERSON,
            _column(
                "role",
                "label",
                "职务：流程所用的代号，如 secretary；管理员 admin，审计员 auditor",
                "Role: as processes name it, such as secretary; admin and auditor are known everywhere",
                needs=True,
            ),
            _UNIT,
            _FROM,
            _TO,
        ),
        natural=("person", "role", "unit", "from"),
        fixed=frozenset({"person", "role", "unit", "from"}),
    ),
    Sheet(
        "delegations",
        Text(zh="代理", en="Delegations"),
        Text(zh="谁的职务借给谁代理", en="Which post is lent to whom"),
        (
            _OWN_ID,
            _column("post", "id", "职务：职务表中的编号", "Post: the id of a post on its sheet", needs=True),
            _column(
                "substitute", "id", "代理人：人员表中的编号", "Substitute: the id of a person", needs=True
            ),
            _FROM,
            _TO,
            _column(
                "processes",
                "words",
                "限于流程：只代理这些流程，用空格分开；留空为不限",
                "Processes: lent for these alone, with spaces between; empty is for all",
            ),
            _column(
                "stages",
                "words",
                "限于阶段：同上",
                "Stages: the same for stages",
            ),
            _column(
                "units",
                "words",
                "限于组织：同上，组织的编号，含其下级",
                "Units: the same for ids of units, with those below",
            ),
        ),
        natural=("post", "substitute", "from"),
        fixed=frozenset({"post", "substitute", "from", "processes", "stages", "units"}),
    ),
    Sheet(
        "restrictions",
        Text(zh="限制", en="Restrictions"),
        Text(zh="谁在何期间不得参加什么", en="What bars whom, and from when to when"),
        (
            _OWN_ID,
            _PERSON,
            _column(
                "restriction",
                "label",
                "限制：流程所用的代号，如 rights-suspended",
                "Restriction: as processes name it, such as rights-suspended",
                needs=True,
            ),
            _FROM,
            _TO,
            _column("reason", "prose", "理由：为什么", "Reason: why"),
        ),
        natural=("person", "restriction", "from"),
        fixed=frozenset({"person", "restriction"}),
    ),
)
"""In the order in which they depend on each other."""

BY_NAME: Final = {sheet.name: sheet for sheet in SHEETS}
NOTES: Final = Text(zh="说明", en="Notes")
"""The sheet that explains the others and is not read."""


def heading(column: Column) -> str:
    """Return what stands above a column: what people read, then the key."""
    return f"{column.title.zh} {column.key}"


def tab(sheet: Sheet) -> str:
    """Return the name of a sheet in a workbook."""
    return f"{sheet.title.zh} {sheet.name}"


def sheet_called(name: str) -> Sheet | None:
    """Return the sheet that a name means, in either language, or by both."""
    words = set(name.casefold().split())
    return next((s for s in SHEETS if words & {s.name, s.title.zh, s.title.en.casefold()}), None)


def is_notes(name: str) -> bool:
    """Whether a sheet only explains."""
    return bool(set(name.casefold().split()) & {NOTES.zh, NOTES.en.casefold()})


def column_called(sheet: Sheet, name: str) -> Column | None:
    """Return the column that a heading means; its key alone will do, or its title in either language."""
    whole = name.strip().casefold()
    words = {whole, *whole.split()}
    return next(
        (c for c in sheet.columns if words & {c.key, c.title.zh, c.title.en.casefold()}),
        None,
    )
