"""Telling in one sentence what an event says, in both languages, without names of people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from domain.process import Process
from domain.steps import FieldSpec, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar, Text

FOLLOWING: Final = frozenset({"stage-entered", "step-opened", "step-passed", "became-ready", "reminded"})
"""Types of events that follow from something else, and need not be told each by itself."""

COMMENTS: Final = frozenset({"comment-added", "comment-withdrawn"})
"""Types of events that are no part of what happened, and stand beside it."""

_ANSWERS: Final = {
    "places": Text(zh="公示地点数", en="Places"),
    "summary": Text(zh="摘要", en="Summary"),
}
_NOTICE_ENTRIES: Final = {
    "published": Text(zh="公示开始", en="Put up"),
    "objection": Text(zh="收到异议", en="An objection came in"),
    "answer": Text(zh="答复异议", en="An objection was answered"),
}


def told(edition: Process, kind: str, step: str | None, data: Mapping[str, Any]) -> Text:
    """Return what an event of that type says. What is withheld from `data` is left out of the sentence."""
    title = step_title(edition, step)
    tell = _SENTENCES.get(kind)
    return Text(zh=kind, en=kind) if tell is None else tell(edition, title, step, data)


def step_title(edition: Process, step: str | None) -> Text:
    """Return what a step is called; its own name where the edition does not know it."""
    found = edition.steps.get(step or "")
    return Text(zh=step or "-", en=step or "-") if found is None else found.title


def outcome_titles(step: Step, outcomes: Iterable[str]) -> Text:
    """Return what outcomes of a step are called, in a row."""
    titles = [_outcome_title(step, one) for one in outcomes]
    return Text(zh="、".join(one.zh for one in titles) or "-", en=", ".join(one.en for one in titles) or "-")


def outcome_title(edition: Process, step: str | None, outcome: str) -> Text:
    """Return what an outcome of a step is called."""
    spec = edition.steps.get(step or "")
    return _outcome_title(spec, outcome)


def _outcome_title(spec: Step | None, outcome: str) -> Text:
    effect = None if spec is None else spec.outcomes.get(outcome)
    if effect is not None and effect.title is not None:
        return effect.title
    return _OUTCOMES.get(outcome, Text(zh=outcome, en=outcome))


def entry_title(edition: Process, step: str | None, entry: str) -> Text:
    """Return what an entry of a period or notice is called."""
    spec = edition.steps.get(step or "")
    if isinstance(spec, PeriodStep):
        found = next((one.title for one in spec.entries if one.id == entry), None)
        if found is not None:
            return found
    if isinstance(spec, NoticeStep) and entry in _NOTICE_ENTRIES:
        return _NOTICE_ENTRIES[entry]
    return Text(zh=entry, en=entry)


def answer_title(edition: Process, step: str | None, name: str, value: Scalar) -> Text | None:
    """Return what a choice is called that was answered to a field; None for other kinds of answers."""
    spec = _field(edition, step, name)
    if spec is None or spec.type != "choice" or not isinstance(value, str):
        return None
    return spec.choice_title(value)


def field_title(edition: Process, step: str | None, name: str) -> Text:
    """Return what an answer is called, of a step or of its entries."""
    spec = _field(edition, step, name)
    return _ANSWERS.get(name, Text(zh=name, en=name)) if spec is None else spec.title


def _field(edition: Process, step: str | None, name: str) -> FieldSpec | None:
    spec = edition.steps.get(step or "")
    entries = spec.entries if isinstance(spec, PeriodStep) else ()
    fields = (*(() if spec is None else spec.fields), *(one for each in entries for one in each.fields))
    return next((one for one in fields if one.id == name), None)


def _new_rules(edition: Process, _title: Text, _step: str | None, data: Mapping[str, Any]) -> Text:
    version = str(data.get("version", ""))
    try:
        called = edition.edition(version).version_title
    except KeyError:
        called = Text(zh=version, en=version)
    return Text(zh=f"改用{called.zh}版规则", en=f"From here on the rules of {called.en} apply")


def _completed(edition: Process, title: Text, step: str | None, data: Mapping[str, Any]) -> Text:
    spec, outcome = edition.steps.get(step or ""), data.get("outcome")
    said = _plain(title)
    if isinstance(outcome, str) and outcome and (spec is None or len(spec.outcomes) > 1 or outcome != "done"):
        named = outcome_title(edition, step, outcome)
        said = Text(zh=f"{title.zh}：{named.zh}", en=f"{title.en}: {named.en}")
    meeting = data.get("meeting")
    if isinstance(spec, MeetingStep) and isinstance(meeting, Mapping):
        count = _counted(meeting)
        said = Text(zh=f"{said.zh}（{count.zh}）", en=f"{said.en} ({count.en})")
    return said


def _counted(meeting: Mapping[str, Any]) -> Text:
    """Say the numbers of a vote. What is withheld is an asterisk or nothing, and is not said."""
    said_zh, said_en = [], []
    for name, zh, en in _NUMBERS:
        number = meeting.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and (number or name in _ALWAYS):
            said_zh.append(f"{zh}{number}")
            said_en.append(f"{en} {number}")
    place = meeting.get("agenda")
    if isinstance(place, Mapping):
        item, of = place["item"], place["of"]
        if place.get("added"):
            said_zh.append(f"议程第{item}项（原定{of}项，会上增加）")
            said_en.append(f"item {item}, added to the {of} on the agenda")
        else:
            said_zh.append(f"议程第{item}项（共{of}项）")
            said_en.append(f"item {item} of {of} on the agenda")
    return Text(zh="、".join(said_zh) or "票数不公开", en=", ".join(said_en) or "numbers not shown")


_NUMBERS: Final = (
    ("eligible", "应到", "entitled"),
    ("present", "实到", "present"),
    ("written", "书面意见", "in writing"),
    ("yes", "赞成", "yes"),
    ("no", "反对", "no"),
    ("abstain", "弃权", "abstained"),
)
_ALWAYS: Final = frozenset({"eligible", "present", "yes"})


def _entry(edition: Process, title: Text, step: str | None, data: Mapping[str, Any]) -> Text:
    named = entry_title(edition, step, str(data.get("entry", "")))
    return Text(zh=f"{title.zh}：{named.zh}", en=f"{title.en}: {named.en}")


def _stage(edition: Process, data: Mapping[str, Any]) -> Text:
    stage = str(data.get("stage", ""))
    found = next((one.title for one in edition.stages if one.id == stage), None)
    return found or Text(zh=stage, en=stage)


def _left(edition: Process, _title: Text, _step: str | None, data: Mapping[str, Any]) -> Text:
    stage, standing = _stage(edition, data), edition.standings.get(str(data.get("standing")))
    if standing is None:
        return Text(zh=f"完成“{stage.zh}”阶段", en=f"The stage “{stage.en}” is finished")
    return Text(
        zh=f"完成“{stage.zh}”阶段，成为{standing.zh}",
        en=f"The stage “{stage.en}” is finished; now: {standing.en}",
    )


def _closed(edition: Process, _title: Text, _step: str | None, data: Mapping[str, Any]) -> Text:
    outcome = str(data.get("outcome", ""))
    spec = edition.outcomes.get(outcome)
    named = Text(zh=outcome, en=outcome) if spec is None else spec.title
    return Text(zh=f"个案结束：{named.zh}", en=f"The case ended: {named.en}")


def _proposed(_edition: Process, _title: Text, _step: str | None, data: Mapping[str, Any]) -> Text:
    change = data.get("change")
    if isinstance(change, Mapping) and change.get("written_on"):
        return Text(zh="提交重制材料", en="A document written anew was handed in")
    return Text(zh="提出更正", en="A correction was proposed")


def _plain(title: Text) -> Text:
    return Text(zh=title.zh, en=title.en)


def _of_step(zh: str, en: str) -> Callable[[Process, Text, str | None, Mapping[str, Any]], Text]:
    """Return what says a sentence about the step; other braces are filled from the data."""

    def say(_edition: Process, title: Text, _step: str | None, data: Mapping[str, Any]) -> Text:
        given = {name: value for name, value in data.items() if isinstance(value, str | int)}
        return Text(
            zh=zh.format_map({"title": title.zh, **given}), en=en.format_map({"title": title.en, **given})
        )

    return say


_OUTCOMES: Final[Mapping[str, Text]] = {
    "done": Text(zh="已办理", en="done"),
    "carried": Text(zh="通过", en="carried"),
    "lost": Text(zh="未通过", en="lost"),
    "refused": Text(zh="不同意", en="refused"),
    "listed": Text(zh="确定为人选", en="listed"),
    "qualified": Text(zh="合格", en="qualified"),
    "approve": Text(zh="同意", en="approved"),
    "return": Text(zh="退回", en="sent back"),
    "clear": Text(zh="无异议", en="nothing stands in the way"),
    "postponed": Text(zh="延期", en="postponed"),
    "replace": Text(zh="更换", en="replace"),
}

_SENTENCES: Final[Mapping[str, Callable[[Process, Text, str | None, Mapping[str, Any]], Text]]] = {
    "case-started": _of_step("个案开始", "The case began"),
    "stage-entered": lambda edition, _title, _step, data: Text(
        zh=f"进入“{_stage(edition, data).zh}”阶段", en=f"The stage “{_stage(edition, data).en}” began"
    ),
    "stage-left": _left,
    "step-opened": _of_step("“{title}”可以办理", "“{title}” may be worked on"),
    "step-passed": _of_step("“{title}”不适用，跳过", "“{title}” does not apply here"),
    "step-completed": _completed,
    "answer-given": _completed,
    "entry-added": _entry,
    "step-returned": _of_step("退回：“{title}”须重新办理", "Sent back: “{title}” has to be done again"),
    "period-extended": _of_step("“{title}”延长{months}个月", "“{title}” was extended by {months} months"),
    "people-replaced": _of_step("“{title}”：人员更换", "“{title}”: others took over"),
    "reminded": _of_step("提醒：“{title}”将于{due_on}到期", "Reminder: “{title}” is due on {due_on}"),
    "became-overdue": _of_step("“{title}”已过期限（{due_on}）", "“{title}” passed its deadline ({due_on})"),
    "became-ready": _of_step("“{title}”的等待期已满", "The wait before “{title}” is over"),
    "window-ended": _of_step("“{title}”公示期满", "The window of “{title}” is over"),
    "case-suspended": _of_step("个案中止，停止计时", "The case was suspended; no time counts"),
    "case-resumed": _of_step("个案恢复，继续计时", "The case was resumed"),
    "transfer-proposed": _of_step("提出转出", "A move to another unit was proposed"),
    "case-transferred": _of_step("个案转入另一组织", "Another unit took the case over"),
    "transfer-rejected": _of_step("转入未被接收", "The other unit did not take the case over"),
    "path-changed": _of_step("所在组织的隶属关系变更", "The unit stands elsewhere in the organisation"),
    "correction-proposed": _proposed,
    "correction-confirmed": _of_step("更正经第二人确认", "A second person confirmed the correction"),
    "correction-rejected": _of_step("更正未获确认", "A second person did not confirm the correction"),
    "person-recused": _of_step("一人因利益冲突回避", "Somebody keeps out, for a conflict of interest"),
    "recusal-lifted": _of_step("回避解除", "Somebody need not keep out any more"),
    "comment-added": lambda _edition, title, step, _data: Text(
        zh=f"留言（“{title.zh}”）" if step else "留言",
        en=f"A comment on “{title.en}”" if step else "A comment",
    ),
    "comment-withdrawn": _of_step(
        "撤回第{comment}条记录中的留言", "The comment of entry {comment} was withdrawn"
    ),
    "rules-changed": _new_rules,
    "case-imported": _of_step(
        "以上由表格第{row}行导入，此前没有在系统中办理",
        "Everything above was brought in from row {row} of a file",
    ),
    "case-reopened": _of_step("个案重新办理", "The case is looked at again"),
    "case-closed": _closed,
}
