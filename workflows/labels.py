"""What operators read in Temporal's own pages. Ids, posts and days; never a person."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.case import Case
from domain.process import Process
from domain.waiting import OpenStep, Waiting


def moment_label(moment: datetime) -> str:
    """Return a moment as operators read it, to the minute, in UTC."""
    return f"until {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def stage_label(process: Process, case: Case, ahead: Waiting) -> str:
    """Return where a case stands, as Markdown: its stage, the steps it waits for, the next moment."""
    edition = process.edition(case.version)
    stage = edition.stage(case.stage)
    lines = [
        f"**{stage.title.en}** · {stage.title.zh} (`{stage.id}`)",
        "",
        f"{case.process} {case.version}, {case.status}, {case.seq} facts",
        "",
        *(_step_line(edition, step) for step in ahead.open),
    ]
    if ahead.next_moment is not None:
        lines += ["", f"next moment: {ahead.next_moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"]
    return "\n".join(lines)


def _step_line(process: Process, step: OpenStep) -> str:
    parts = [f"- {process.steps[step.step].title.en} (`{step.step}`, {step.kind})"]
    if step.round > 1:
        parts.append(f"round {step.round}")
    parts.append(f"waits for {', '.join(assignee.actor for assignee in step.assignees) or 'time'}")
    if step.not_before is not None:
        parts.append(f"not before {step.not_before}")
    if step.due_on is not None:
        parts.append(f"due {step.due_on}{', overdue' if step.overdue else ''}")
    return ", ".join(parts)
