"""One act on one step while it is being checked: what the checks look at, and what they noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TypedDict

from domain.acts import StepAct
from domain.blocking import blocked_by
from domain.case import Case
from domain.circumstances import Circumstances
from domain.drafting import Signature
from domain.events import Gap, Warned
from domain.moments import deadlines
from domain.process import Process
from domain.refusals import ReasonRequired, RuleViolation, TooEarly
from domain.steps import Step
from domain.values import Level, Scalar, Text, Value


class Answers(Value):
    """The fields of an act, parted into what rules may look at and free text."""

    values: Mapping[str, Scalar]
    texts: Mapping[str, str]


class Checking:
    """One act on one step while it is being checked: everything the checks look at, and what they noted."""

    def __init__(
        self,
        process: Process,
        case: Case,
        step: Step,
        *,
        known: Circumstances,
        on: date,
        signature: Signature,
        gaps: list[Gap] | None = None,
    ) -> None:
        """Begin without warnings. `gaps` takes what is wrong with a fact that is brought in from a file."""
        self.process = process
        self.case = case
        self.step = step
        self.known = known
        self.on = on
        self.signature = signature
        self.warnings: list[Warned] = []
        self.gaps = gaps

    def about(self, step: Step) -> Checking:
        """Return the same with another form of the step; what is noted is kept in one place."""
        other = Checking(
            self.process,
            self.case,
            step,
            known=self.known,
            on=self.on,
            signature=self.signature,
            gaps=self.gaps,
        )
        other.warnings = self.warnings
        return other

    def note(self, rule: str, level: Level, basis: str, detail: Text) -> None:
        """Keep a broken rule that does not refuse the act."""
        self.warnings.append(Warned(rule=rule, level=level, basis=basis, detail=detail))

    def refuse(self, refused: RuleViolation, *, missing: bool = False) -> None:
        """Raise what refuses the act; of a fact that happened elsewhere it is kept beside it instead.

        `missing` says that nothing tells against the fact, and only something for it is lacking.
        """
        if self.gaps is None:
            raise refused
        gap = Gap(
            kind="missing" if missing else "broken",
            step=self.step.id,
            rule=refused.rule,
            basis=refused.basis,
            detail=refused.detail,
        )
        if all((gap.step, gap.rule) != (known.step, known.rule) for known in self.gaps):
            self.gaps.append(gap)

    @contextmanager
    def refusing(self, *, missing: bool = False) -> Iterator[None]:
        """Let `refuse` deal with what is raised inside."""
        try:
            yield
        except RuleViolation as refused:
            self.refuse(refused, missing=missing)


def check_order(checking: Checking) -> None:
    """Raise TooEarly: nothing happens before what comes first, or before it was sent back."""
    case, step = checking.case, checking.step
    state = case.steps[step.id]
    floor = state.opened_on
    if checking.on < floor:
        refused = TooEarly(
            f"{step.id}.order",
            basis="gen",
            detail=Text(
                zh=f"“{step.title.zh}”不能早于前一环节（{floor}）。",
                en=f"{step.title.en} cannot come before what precedes it ({floor}).",
            ),
            passes_on=floor,
        )
        checking.refuse(refused)


def check_waits(checking: Checking) -> None:
    """Raise what stands in the way of everybody on the day of the act."""
    refused = blocked_by(checking.process, checking.case, checking.step, checking.on, checking.known.path)
    if refused is not None and (checking.gaps is None or isinstance(refused, TooEarly)):
        # Everything else is looked at again with what the act hands in.
        checking.refuse(refused)


def note_late_entry(checking: Checking, today: date) -> None:
    """Note an act that is recorded long after it happened."""
    allowed = checking.process.late_entry_after_days
    if (today - checking.on).days > allowed:
        checking.note(
            "late-entry",
            "late",
            "gen",
            Text(
                zh=f"事后超过{allowed}天才登记。",
                en=f"It is recorded more than {allowed} days after it happened.",
            ),
        )


def note_deadlines(checking: Checking) -> None:
    """Note every deadline the act misses, and where it is past the longest time allowed as well."""
    for warned in missed(checking.process, checking.case, checking.step, checking.on):
        checking.note(warned.rule, warned.level, warned.basis, warned.detail)


def missed(process: Process, case: Case, step: Step, on: date) -> Iterator[Warned]:
    """Yield what is noted where a step is acted on a day: deadlines that are past, and longest times."""
    for deadline in deadlines(process, case, step):
        if on <= deadline.day:
            continue
        yield Warned(
            rule=deadline.rule,
            level="late",
            basis=deadline.basis,
            detail=Text(
                zh=f"应于{deadline.day}前办理，已逾期。", en=f"It was due by {deadline.day} and is late."
            ),
        )
        if deadline.breach_on is not None and on > deadline.breach_on:
            yield Warned(
                rule=f"{deadline.rule}.breach",
                level="finding",
                basis=deadline.basis,
                detail=Text(
                    zh=f"已超过最长期限{deadline.breach_on}。",
                    en=f"It is past even the longest time allowed, {deadline.breach_on}.",
                ),
            )


def require_reason(checking: Checking, act: StepAct) -> None:
    """Raise ReasonRequired where something late was noted and the act explains nothing."""
    late = next((warned for warned in checking.warnings if warned.level == "late"), None)
    if late is None or checking.gaps is not None or (act.reason or "").strip():
        return
    raise ReasonRequired(
        late.rule,
        level="late",
        basis=late.basis,
        detail=Text(
            zh=f"{late.detail.zh}仍可办理，但须说明理由。",
            en=f"{late.detail.en} It can still be done, with a reason.",
        ),
        passes_when=Text(zh="写明理由", en="a reason is given"),
    )


class LeftBehind(TypedDict):
    """What the events of acts on steps have in common."""

    values: Mapping[str, Scalar]
    texts: Mapping[str, str]
    materials: Mapping[str, tuple[str, ...]]
    reason: str | None
    warnings: tuple[Warned, ...]
    acted_as: str | None


def handed_in(act: StepAct) -> dict[str, tuple[str, ...]]:
    """Return the materials of an act. A kind without a document is not handed in, unless it is on paper."""
    given = {kind: digests for kind, digests in act.materials.items() if digests}
    return given | dict.fromkeys(act.papers, ())


def left_behind(answers: Answers, act: StepAct, checking: Checking) -> LeftBehind:
    """Return what the event of an act keeps of it."""
    return LeftBehind(
        values=answers.values,
        texts=answers.texts,
        materials=handed_in(act),
        reason=act.reason,
        warnings=tuple(checking.warnings),
        acted_as=checking.signature.actor,
    )
