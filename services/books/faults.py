"""What is wrong with a book: where, and in words, without repeating what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.values import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `row` is numbered as spreadsheet programs do; 0: the sheet, or the book."""

    sheet: str
    row: int
    column: str
    rule: str

    @property
    def detail(self) -> Text:
        """What is the matter, and what would help."""
        return WORDS[self.rule]

    @property
    def is_doubt(self) -> bool:
        """Whether it may be right all the same, so that whoever looked at it can let it pass."""
        return self.rule in DOUBTS


class Faults:
    """All that was found: every one is counted, and the first ones are kept."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._kept: list[Fault] = []
        self._seen: set[Fault] = set()
        self.count = 0
        self.doubts = 0

    def add(self, sheet: str, row: int, column: str, rule: str) -> None:
        """Note a fault; one that is known already is not noted twice."""
        fault = Fault(sheet, row, column, rule)
        if fault in self._seen:
            return
        self.count += 1
        self.doubts += fault.is_doubt
        if len(self._kept) < self._most:
            self._kept.append(fault)
            self._seen.add(fault)

    @property
    def first(self) -> Sequence[Fault]:
        """The first ones, in the order of sheets and rows."""
        return sorted(self._kept, key=lambda fault: (_PLACES.get(fault.sheet, 0), fault.row, fault.column))

    def are_none(self, *, accept_doubts: bool) -> bool:
        """Whether nothing stands in the way."""
        return self.count == (self.doubts if accept_doubts else 0)


_PLACES: Final = {
    name: place
    for place, name in enumerate(("units", "people", "standings", "posts", "delegations", "restrictions"), 1)
}

DOUBTS: Final = frozenset({"named-twice", "kind-unknown"})
"""What may be right all the same."""

WORDS: Final = {
    # The file
    "too-large": Text(
        zh="文件超过允许的大小，请拆分后分批导入。",
        en="The file is larger than is taken in at once: split it.",
    ),
    "inflates": Text(
        zh="压缩包解开后异常庞大，不予读取。请由表格程序重新保存。",
        en="What is packed in the file is out of all proportion, so it is not read. Save it anew.",
    ),
    "damaged": Text(
        zh="文件已损坏，或不是 XLSX 或 CSV。请由表格程序重新保存。",
        en="The file is damaged, or is neither XLSX nor CSV. Save it anew with a spreadsheet program.",
    ),
    "old-format": Text(
        zh="这是旧的 XLS 或加密的文件。请另存为不加密的 XLSX。",
        en="This is an old XLS file, or an encrypted one. Save it as XLSX, without a password.",
    ),
    "encoding": Text(
        zh="文字编码不是 UTF-8 或 GBK。请另存为“CSV UTF-8”。",
        en='The text is neither UTF-8 nor GBK. Save it as "CSV UTF-8".',
    ),
    "nothing": Text(
        zh="没有找到任何一张已知的表（units、people、standings、posts、delegations、restrictions）。",
        en="None of the sheets is one of units, people, standings, posts, delegations, restrictions.",
    ),
    # A sheet
    "sheet-unknown": Text(
        zh="不认识这张表。请按模板命名，或删除。",
        en="No sheet has this name. Name it as in the template, or take it away.",
    ),
    "sheet-twice": Text(zh="同一张表出现了两次。", en="The sheet is there twice."),
    "sheet-hidden": Text(
        zh="表被隐藏。请取消隐藏并核对，或删除。",
        en="The sheet is hidden. Show it and look at it, or take it away.",
    ),
    "merged": Text(
        zh="单元格被合并，只有第一格有内容。请取消合并，逐格填写。",
        en="Cells are merged, so only the first one says something. Unmerge them and fill in each.",
    ),
    "too-many-rows": Text(zh="表的行数过多，请拆分后分批导入。", en="The sheet has too many rows: split it."),
    "heading-missing": Text(zh="缺少这一列。", en="This column is missing."),
    "heading-unknown": Text(
        zh="不认识这一列的标题。请按模板命名，或删除该列。",
        en="No column has this heading. Name it as in the template, or take the column away.",
    ),
    "heading-twice": Text(zh="这一列出现了两次。", en="The column is there twice."),
    # A cell
    "formula": Text(
        zh="这里是公式。请改为公式的结果（复制，选择性粘贴数值）。",
        en="This is a formula. Put its result there (copy, then paste the values).",
    ),
    "formula-like": Text(
        zh="以 =、+、-、@ 或控制字符开头，表格程序会当作公式。确为原文时，请在前面加一个单引号。",
        en="It begins with =, +, -, @ or a control character, which spreadsheet programs take for a formula. "
        "Where it is meant so, put a single quote before it.",
    ),
    "cell-error": Text(zh="这里是表格程序的错误值。", en="This is an error of the spreadsheet program."),
    "wrong-type": Text(
        zh="单元格的类型不对。日期列应为日期，其他列应为文字。",
        en="The cell is of the wrong type: columns with days take days, others take text.",
    ),
    "missing": Text(zh="必须填写。", en="This has to be filled in."),
    "too-long": Text(zh="内容过长。", en="The text is too long."),
    "characters": Text(
        zh="含有不允许的字符（控制字符或无效字符）。",
        en="There are characters that are not allowed: control characters or invalid ones.",
    ),
    "not-an-id": Text(
        zh="编号只能由字母、数字和 . _ : - 组成，以字母或数字开头，最多80个字符。",
        en="An id is made of letters, digits and . _ : -, begins with a letter or digit, and has 80 at most.",
    ),
    "not-a-label": Text(
        zh="代号只能由小写字母、数字、点和连字符组成。",
        en="This takes small letters, digits, dots and hyphens, as processes name things.",
    ),
    "not-an-email": Text(zh="不是邮箱地址。", en="This is no email address."),
    "not-a-language": Text(zh="应为 zh 或 en。", en="This is zh or en."),
    "not-a-day": Text(
        zh="不是日期，或没有这一天。请写成 2026-05-01。",
        en="This is no day, or there is no such day. Write it like 2026-05-01.",
    ),
    "day-out-of-range": Text(zh="日期须在1900年至2199年之间。", en="Days are between 1900 and 2199."),
    "has-a-time": Text(zh="日期带有时刻。请只写日期。", en="There is a time of day beside the day."),
    "not-a-truth": Text(zh="应为 是 或 否。", en="This is yes or no."),
    "not-a-number": Text(zh="应为不小于0的整数。", en="This is a whole number, not below 0."),
    "not-a-choice": Text(zh="请从下拉列表中选择。", en="Choose one of those in the list of the cell."),
    "erased": Text(
        zh="此人的资料已依规删除，不能再写入。", en="This person was erased, and is not written down again."
    ),
    "birthday-to-come": Text(zh="出生日期在今天之后。", en="The birthday is still to come."),
    # Cases that are half-way
    "process-unknown": Text(
        zh="文件没有写明流程，或该流程没有在此发布。请写明流程，或从该流程的模板重新开始。",
        en="The file names no process, or none that is published here. Name one, or begin with its template.",
    ),
    "more-of-nobody": Text(
        zh="第一张表中没有这一个案或人员。",
        en="No row of the sheet of cases has this key or person.",
    ),
    "more-of-no-step": Text(
        zh="请选择环节；意见和答复只能属于公示。",
        en="Choose the step; objections and answers belong to a notice.",
    ),
    "without-a-day": Text(
        zh="该环节没有办理日期，因此这一项无处可记。请填写日期，或清空此格。",
        en="The step has no day, so this belongs nowhere. Fill in the day, or empty the cell.",
    ),
    "paper-unknown": Text(
        zh="该环节没有这种材料。请使用说明中列出的代号。",
        en="The step knows no such material. Use what the explanation below the heading lists.",
    ),
    "name-differs": Text(
        zh="与系统中该编号人员的姓名不同。请核对编号。",
        en="Somebody else has this id in the record. Compare the id.",
    ),
    "case-twice": Text(zh="与前面的行是同一个案。", en="A row before tells of the same case."),
    "case-differs": Text(
        zh="该个案已经导入，而此行内容不同。请在个案中办理更正。",
        en="This case was brought in, and the row says something else now. Correct it in the case.",
    ),
    "case-open": Text(
        zh="此人在该流程中已有未结个案。",
        en="This person has an open case of the process already.",
    ),
    # Rows that do not go together
    "id-twice": Text(zh="编号与前面的行重复。", en="A row before has the same id."),
    "said-twice": Text(zh="与前面的行内容相同。", en="A row before says the same."),
    "named-twice": Text(
        zh="姓名和出生日期与另一人相同，可能是同一人。确为两人时，可注明接受。",
        en="Somebody else has the same name and birthday, and may be the same person. It can be accepted.",
    ),
    "kind-unknown": Text(
        zh="没有流程使用这一组织类别。确为如此时，可注明接受。",
        en="No published process knows this kind of unit. It can be accepted where it is meant so.",
    ),
    "parent-unknown": Text(
        zh="文件和系统中都没有这一上级组织。", en="There is no such unit above, in the book or the record."
    ),
    "circle": Text(zh="组织隶属于自己或自己的下级。", en="The unit would stand below itself."),
    "unit-unknown": Text(
        zh="文件和系统中都没有这一组织。", en="There is no such unit, in the book or the record."
    ),
    "person-unknown": Text(
        zh="文件和系统中都没有这个人。", en="There is no such person, in the book or the record."
    ),
    "post-unknown": Text(
        zh="文件和系统中都没有这一职务。", en="There is no such post, in the book or the record."
    ),
    "standing-unknown": Text(zh="已发布的流程中没有这一身份。", en="No published process has this standing."),
    "role-unknown": Text(
        zh="已发布的流程中，此类组织没有这一职务。",
        en="No published process has this role for units of this kind.",
    ),
    "restriction-unknown": Text(
        zh="已发布的流程中没有这种限制。", en="No published process has this restriction."
    ),
    "ends-before": Text(zh="截止日期早于起始日期。", en="The last day lies before the first."),
    "outside-unit": Text(zh="不在组织存续期间之内。", en="It is outside the days of the unit."),
    "outside-parent": Text(zh="不在上级组织存续期间之内。", en="It is outside the days of the unit above."),
    "outside-post": Text(zh="不在职务任期之内。", en="It is outside the days of the post."),
    "unit-closing": Text(zh="该组织已经或将要撤销。", en="The unit is closed, or about to be."),
    "overlaps": Text(
        zh="与同一人的另一条在时间上重叠。", en="It overlaps with another one of the same person."
    ),
    "limit-unknown": Text(zh="没有这样的流程、阶段或组织。", en="There is no such process, stage or unit."),
    "lent-to-itself": Text(zh="不能代理自己的职务。", en="Nobody substitutes for himself."),
    # What is there already
    "cannot-change": Text(
        zh="系统中已有此编号而此列不同；此列不能由导入更改。",
        en="The record has this id with something else here, which a book cannot change.",
    ),
    "from-a-case": Text(
        zh="此身份由个案产生，只能在个案中更正。",
        en="This standing comes from a case, and is corrected there.",
    ),
    "would-last-longer": Text(
        zh="任期只能提前结束，不能延长。需要继续时请另加一行。",
        en="It can end sooner and not later. Give it again by a row of its own.",
    ),
    "day-gone-by": Text(
        zh="已经过去的日子不再改动：最后一天最早为今天，实际离任日期可写入理由。",
        en="Days gone by stay as they were: the last day is today at the soonest.",
    ),
    "kind-in-use": Text(
        zh="该组织尚有未结个案，不能改变类别。",
        en="The unit has open cases, so its kind cannot change.",
    ),
    "impossible-change": Text(
        zh="组织在某一天会自相矛盾（尚未成立、已经撤销或循环隶属）。",
        en="On some day the tree would contradict itself: not founded yet, closed, or in a circle.",
    ),
    "closes": Text(
        zh="导入不能撤销组织；请用撤销组织的办法，使个案得到移交。",
        en="A book cannot close a unit; close it by itself, so that its cases go somewhere.",
    ),
    # Who asks
    "not-permitted": Text(
        zh="不在您担任管理员的组织范围之内。", en="It is outside the units that you administer."
    ),
    "oneself": Text(
        zh="不能为自己办理，请由另一位管理员办理。",
        en="Nobody does this for himself; another administrator has to.",
    ),
    "nowhere": Text(
        zh="新人须在您管理的组织中有身份或职务。",
        en="Somebody new needs a standing or post in a unit that you administer.",
    ),
}
"""What people are told, by rule."""
