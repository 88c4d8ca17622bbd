"""Events as far as somebody may see them: which part of one belongs to which group, and the rest left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.case import Case
from domain.events import (
    AnswerGiven,
    CaseImported,
    CommentAdded,
    CommentWithdrawn,
    CorrectionProposed,
    EntryAdded,
    Event,
    Evidence,
    StepCompleted,
)
from domain.moments import PUBLISHED
from domain.process import Process
from domain.seeing import Group, Marked, Viewer
from domain.steps import AppointStep, DecisionStep, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Value

MASK: Final = "*"
"""Stands where somebody is and is not named."""

_CONTENT = ("values", "texts", "materials")
_PROTECTED: Final[frozenset[Group]] = frozenset({"informants", "comments"})
"""Groups of which it is not told who said something either."""
_Part = tuple[str, str | None, Group]
"""A key of an event's data, a key inside that, and the group it belongs to."""


class Place(Value):
    """What has to be known of a case to tell which group a part of an event belongs to."""

    process: Process
    """The earliest edition that leads to the one the case follows."""
    case: Case
    marked: Marked = Marked()

    @property
    def is_sensitive(self) -> bool:
        """Whether something of the political review was recorded."""
        return any(
            group == "political-review" and step in self.case.steps
            for step, group in self.marked.steps.items()
        )

    def step(self, step_id: str | None) -> Step | None:
        """Return a step by the edition the case follows, or by the one it began with."""
        if step_id is None:
            return None
        return self.process.edition(self.case.version).steps.get(step_id) or self.process.steps.get(step_id)

    def step_of(self, seq: int) -> str | None:
        """Return the step an event is of; None where it was done again since."""
        for state in self.case.steps.values():
            if state.done_seq == seq or any(entry.seq == seq for entry in state.entries):
                return state.id
        return None


class Seen(Value):
    """An event as somebody sees it. Where parts were left out, its hash is still that of the whole."""

    actor: str | None
    post: str | None
    on_behalf_of: str | None
    data: dict[str, Any]
    withheld: tuple[Group, ...] = ()
    """The groups of which something was left out or masked."""


def seen(place: Place, viewer: Viewer, event: Event, data: Mapping[str, Any]) -> Seen:
    """Return an event as the viewer sees it; `data` is the event's, as it is to be shown to who sees all."""
    if viewer.person in {event.actor, event.on_behalf_of}:
        return _whole(event, data)
    whole = whole_group(place, event)
    if whole is not None and not viewer.sees(whole):
        return _masked(viewer, event, {}, {whole}, protects=whole in _PROTECTED)
    left_out = [part for part in parts_of(place, event) if not viewer.sees(part[2])]
    # Whoever hands in what informants said is no informant; whose entry it is, is one.
    protects = any(key == "entry" for key, _, _ in left_out)
    shown = _without(data, left_out)
    return _masked(viewer, event, shown, {group for _, _, group in left_out}, protects=protects)


def whole_group(place: Place, event: Event) -> Group | None:
    """Return the group the whole of an event belongs to, with everything in it, if there is one."""
    if event.step is not None and event.step in place.marked.steps:
        return place.marked.steps[event.step]
    if isinstance(event.body, CommentAdded | CommentWithdrawn):
        return "comments"
    if isinstance(event.body, CorrectionProposed):
        corrected = place.step_of(event.body.change.seq)
        if corrected is None:
            # It may repeat what is said at any step there is.
            return "political-review" if place.is_sensitive else None
        return place.marked.steps.get(corrected) or _group_marked(place, event.body.change.path)
    return None


def _group_marked(place: Place, path: str) -> Group | None:
    """Return the group a corrected answer or document is marked for itself, if it is."""
    part, _, name = path.partition(".")
    marks = {"fields": place.marked.fields, "materials": place.marked.materials}
    return marks.get(part, {}).get(name)


def group_of_document(place: Place, event: Event, sha256: str) -> Group | None:
    """Return the group by which an event shows a document; None where it does not name it."""
    body, whole = event.body, whole_group(place, event)
    if isinstance(body, CorrectionProposed):
        named = body.change.path.startswith("materials.") and sha256 in _digests(body)
        return (whole or "corrections") if named else None
    if not isinstance(body, Evidence):
        return None
    kind = next((kind for kind, digests in body.materials.items() if sha256 in digests), None)
    if kind is None:
        return (whole or "votes") if _is_behind_an_exclusion(body, sha256) else None
    return whole or next(
        group for key, sub, group in parts_of(place, event) if (key, sub) == (_CONTENT[2], kind)
    )


def parts_of(place: Place, event: Event) -> Iterator[_Part]:
    """Return those parts of an event's data that not everybody sees, each with its group."""
    body = event.body
    if isinstance(body, CorrectionProposed):
        yield from (("change", None, "corrections"), ("old", None, "corrections"))
    if isinstance(body, CaseImported):
        yield "gaps", None, "findings"
    if isinstance(body, Evidence):
        yield from _parts_of_evidence(place, event, body)
    elif "reason" in type(body).model_fields:
        yield "reason", None, "reasons"


def _parts_of_evidence(place: Place, event: Event, body: Evidence) -> Iterator[_Part]:
    content = content_of(place, event)
    marked = place.marked
    for key in _CONTENT:
        yield from ((key, each, group_of(place, content, key, each)) for each in getattr(body, key))
    step = place.step(event.step)
    if isinstance(step, AppointStep):
        group = marked.case_roles.get(step.role, "people")
        yield from ((key, None, group) for key in ("people", "before") if hasattr(body, key))
    told = content if content == "informants" else "reasons"
    yield from (("reason", None, told), ("warnings", None, told))
    if isinstance(body, EntryAdded) and content == "informants":
        yield from (("entry", None, content), ("ref", None, content))
    elif isinstance(body, AnswerGiven):
        yield "outcome", None, "votes"
    else:
        yield from ((key, None, "votes") for key in ("meeting", "body") if hasattr(body, key))


def group_of(place: Place, content: Group, key: str, name: str) -> Group:
    """Return the group of one answer or document of an event of which `content` is what its place says."""
    if key == "materials":
        return place.marked.materials.get(name, "documents" if content == "answers" else content)
    return place.marked.fields.get(name, content)


def content_of(place: Place, event: Event) -> Group:
    """Return the group of what was answered and handed in, unless a field or material is marked itself."""
    step = place.step(event.step)
    if isinstance(event.body, EntryAdded):
        entry = event.body.entry
        if entry in place.marked.entries:
            return place.marked.entries[entry]
        if isinstance(step, NoticeStep):
            return "answers" if entry == PUBLISHED else "informants"
        if isinstance(step, PeriodStep):
            own = any(spec.id == entry and "subject" in spec.by for spec in step.entries)
            return "submissions" if own else "answers"
    if step is None or (isinstance(step, DecisionStep | MeetingStep) and "subject" not in step.by):
        # What no edition knows any more is shown to those who see everything.
        return "deliberation"
    return "submissions" if "subject" in step.by else "answers"


def _masked(
    viewer: Viewer, event: Event, data: dict[str, Any], groups: set[Group], *, protects: bool
) -> Seen:
    """Return an event with what of its data is shown, and who acted where that needs no protection."""
    named = viewer.sees("names") and not protects
    people = (event.actor, event.post, event.on_behalf_of)
    shown = people if named else tuple(MASK if one is not None else None for one in people)
    by_name: set[Group] = set() if shown == people else {"names"}
    actor, post, on_behalf_of = shown
    return Seen.trusted(
        actor=actor,
        post=post,
        on_behalf_of=on_behalf_of,
        data=data,
        withheld=tuple(sorted(groups | by_name)),
    )


def _whole(event: Event, data: Mapping[str, Any]) -> Seen:
    return Seen.trusted(actor=event.actor, post=event.post, on_behalf_of=event.on_behalf_of, data=dict(data))


def _without(data: Mapping[str, Any], left_out: list[_Part]) -> dict[str, Any]:
    """Return data in which what is left out is empty: nothing has to know that it may be missing."""
    shown = dict(data)
    for key, sub, _ in left_out:
        if sub is not None:
            shown[key] = {name: value for name, value in shown.get(key, {}).items() if name != sub}
        elif key in shown:
            shown[key] = [] if isinstance(shown[key], list) else None
    return shown


def _is_behind_an_exclusion(body: Evidence, sha256: str) -> bool:
    """Whether a document is what leaving somebody out of a vote rests on."""
    meeting = body.meeting if isinstance(body, StepCompleted) else None
    left_out = () if meeting is None else meeting.excluded
    backings = (paper for one in left_out for paper in (one.consent, one.resolution))
    return any(paper is not None and paper.material == sha256 for paper in backings)


def _digests(body: CorrectionProposed) -> tuple[str, ...]:
    return body.change.value if isinstance(body.change.value, tuple) else ()
