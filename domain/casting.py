"""Casting: who plays which part in a scenario, and what an act says that the scenario leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from domain.acts import EntryRecord, MeetingRecord, Opinion
from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, PersonFacts, Relative, Roster, UnitRef
from domain.parties import Body
from domain.process import Process
from domain.refusals import RuleViolation
from domain.rosters import seats
from domain.rules import FieldRule
from domain.scenarios import SUBJECT, MeetingSpec, ScenarioAct
from domain.scenery import Organisation, PersonSpec
from domain.steps import AppointStep, FieldSpec, MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Scalar, Value
from domain.voting import voting_body


class Played(Value):
    """An act with everything said: by whom, which answers, materials, people and numbers. Plain names."""

    by: str
    fields: Mapping[str, Scalar]
    materials: tuple[str, ...]
    people: tuple[str, ...] = ()
    meeting: MeetingRecord | None = None
    entry: EntryRecord | None = None


class Cast:
    """The organisation of a scenario, asked on any day. Never changes."""

    def __init__(self, process: Process, organisation: Organisation) -> None:
        """Take the process for its bodies and actors."""
        self._process = process
        self._organisation = organisation
        self._people = organisation.everybody()

    def path(self, unit: str, day: date) -> tuple[UnitRef, ...]:
        """Return the units from `unit` up to the root as they are on `day`."""
        return tuple(self._unit(name, day) for name in self._organisation.path(unit))

    def first_unit(self, kind: str) -> str:
        """Return the first unit of that kind. Raises StopIteration where there is none."""
        return next(name for name, unit in self._organisation.units.items() if unit.kind == kind)

    def circumstances(
        self,
        actor: str,
        day: date,
        *,
        unit: str,
        case: Case | None = None,
        named: tuple[str, ...] = (),
        in_place_of: str | None = None,
        to_unit: str | None = None,
    ) -> Circumstances:
        """Return what the registers would say about an act of `actor` on `day`."""
        path = self.path(unit, day)
        in_roles = tuple(person for people in (case.people.values() if case else ()) for person in people)
        asked = dict.fromkeys((SUBJECT, *named, *in_roles))
        return Circumstances(
            actor=actor,
            posts=self._posts(actor, day, in_place_of),
            path=path,
            people=tuple(self._facts(person, day, case) for person in asked if person in self._people),
            rosters=tuple(self._rosters(path, day)),
            target_path=() if to_unit is None else self.path(to_unit, day),
            relatives=tuple(self._relatives(day)),
        )

    def who(self, act: ScenarioAct, actors: tuple[str, ...], case: Case | None, unit: str) -> str:
        """Return the person an act names, or the first who holds one of the `actors`' posts that day.

        Raises LookupError where there is nobody.
        """
        if act.by is not None:
            found = self._named_by(act.by, act.on, case, unit)
        else:
            holders = (self._in_part(actor, act.on, case, unit) for actor in actors)
            found = next((holder for holder in holders if holder is not None), None)
        if found is not None:
            return found
        message = f"nobody in the scenario can play {act.by or actors} on {act.on}"
        raise LookupError(message)

    def play(self, process: Process, step: Step, act: ScenarioAct, case: Case | None, unit: str) -> Played:
        """Return an act on a step with everything said that the scenario left out.

        `process` is the edition that judges the act. Raises LookupError where nobody can play it.
        """
        by = self.who(act, _actors(step, act), case, unit)
        outcome = act.outcome or next(iter(step.outcomes))
        entry = None if act.entry is None else _entry(step, act, case)
        return Played(
            by=by,
            fields={} if entry else {**_answers(step, step.fields, act, outcome), **act.fields},
            materials=tuple(kind for kind in _materials(step, act) if kind not in act.without),
            people=self._named(step, act),
            meeting=self._meeting(process, step, act, case),
            entry=entry,
        )

    def _named(self, step: Step, act: ScenarioAct) -> tuple[str, ...]:
        if act.people is not None:
            return act.people
        return self._organisation.usual.get(step.role, ()) if isinstance(step, AppointStep) else ()

    def _meeting(
        self, process: Process, step: Step, act: ScenarioAct, case: Case | None
    ) -> MeetingRecord | None:
        if not isinstance(step, MeetingStep) or case is None:
            return None
        spec = act.meeting or MeetingSpec()
        out = {one.person for one in spec.excluded}
        counted = [one for one in self._entitled(process, step, act, case) if one not in out]
        eligible = len(counted) if spec.eligible is None else spec.eligible
        present = eligible - spec.written if spec.present is None else spec.present
        cast = present + spec.written
        yes = cast - spec.no - spec.abstain if spec.yes is None else spec.yes
        opinions = spec.opinions
        if opinions is None:
            away = [one for one in counted if one not in spec.attended]
            opinions = tuple(Opinion(person=one) for one in away[max(0, len(away) - spec.written) :])
        given = spec.model_dump(exclude={"eligible", "present", "yes", "excluded", "attended", "opinions"})
        made = MeetingRecord(eligible=eligible, present=present, yes=yes, **given)
        named = {"excluded": spec.excluded, "attended": spec.attended, "opinions": opinions}
        return made.model_copy(update=named)

    def _entitled(self, process: Process, step: MeetingStep, act: ScenarioAct, case: Case) -> tuple[str, ...]:
        known = self.circumstances(SUBJECT, act.on, unit=case.unit, case=case)
        try:
            return seats(process, case, voting_body(process, step, known), known).entitled
        except RuleViolation:
            return ()

    def _relatives(self, day: date) -> Iterator[Relative]:
        for person, spec in self._people.items():
            one = spec.relative
            if one is not None and one.holds_on(day):
                yield Relative(person=person, kind=one.relation, stated_by=one.stated_by)

    def _unit(self, name: str, day: date) -> UnitRef:
        spec = self._organisation.units[name]
        full = [p for p in self._people.values() if p.unit == name and p.standing_on(day) == "full-member"]
        return UnitRef(
            id=name,
            kind=spec.kind,
            temporary=spec.temporary,
            may_approve=spec.may_approve,
            full_members=len(full),
        )

    def _posts(self, actor: str, day: date, in_place_of: str | None) -> tuple[HeldPost, ...]:
        own = tuple(self._held(actor, day, None))
        return own if in_place_of is None else (*own, *self._held(in_place_of, day, in_place_of))

    def _held(self, holder: str, day: date, on_behalf_of: str | None) -> list[HeldPost]:
        spec = self._people.get(holder, PersonSpec())
        return [
            HeldPost(
                id=f"{holder}/{post.unit}.{post.role}",
                role=post.role,
                unit=post.unit,
                unit_kind=self._organisation.units[post.unit].kind,
                on_behalf_of=on_behalf_of,
            )
            for post in spec.posts
            if post.held_on(day)
        ]

    def _facts(self, person: str, day: date, case: Case | None) -> PersonFacts:
        spec = self._people[person]
        standing = spec.standing_on(day) or "none"
        if person == SUBJECT:
            standing = self._process.first_standing if case is None else case.standing
        born_on = spec.born_on if person == SUBJECT else None
        return PersonFacts(
            id=person, standing=standing, born_on=born_on, restrictions=spec.restrictions_on(day)
        )

    def _rosters(self, path: tuple[UnitRef, ...], day: date) -> list[Roster]:
        found = []
        for name, body in self._process.bodies.items():
            unit = next((unit for unit in path if unit.kind == body.unit), None)
            if unit is not None:
                people = tuple(p for p in self._people if self._sits(p, body, unit.id, day))
                found.append(Roster(body=name, people=people))
        return found

    def _sits(self, person: str, body: Body, unit: str, day: date) -> bool:
        spec = self._people[person]
        if any(restriction in body.without for restriction in spec.restrictions_on(day)):
            return False
        if body.roles:
            return any(p.unit == unit and p.role in body.roles and p.held_on(day) for p in spec.posts)
        return spec.unit == unit and spec.standing_on(day) == body.standing

    def _named_by(self, by: str, day: date, case: Case | None, unit: str) -> str | None:
        """Return whom a scenario means: a person, the holder of a post in a unit by name, or an actor."""
        if by in self._people:
            return by
        place, _, role = by.rpartition(".")
        return self._holder(place, role, day) or self._in_part(by, day, case, unit)

    def _in_part(self, actor: str, day: date, case: Case | None, unit: str) -> str | None:
        """Return who plays an actor of the definition on the case's own path, or None."""
        if actor == SUBJECT:
            return SUBJECT
        kind, _, role = actor.rpartition(".")
        if not kind:
            return next(iter(case.people.get(actor, ())), None) if case is not None else None
        units = self._organisation.units
        place = next((name for name in self._organisation.path(unit) if units[name].kind == kind), None)
        return None if place is None else self._holder(place, role, day)

    def _holder(self, unit: str, role: str, day: date) -> str | None:
        for person, spec in self._people.items():
            if any(p.unit == unit and p.role == role and p.held_on(day) for p in spec.posts):
                return person
        return None


def _actors(step: Step, act: ScenarioAct) -> tuple[str, ...]:
    duties = step.entries if isinstance(step, PeriodStep) and act.entry is not None else ()
    return next((duty.by for duty in duties if act.entry and duty.id == act.entry.kind), step.by)


def _materials(step: Step, act: ScenarioAct) -> tuple[str, ...]:
    if act.entry is None:
        return tuple(ref.id for ref in step.materials)
    duties = step.entries if isinstance(step, PeriodStep) else ()
    return tuple(ref.id for duty in duties if duty.id == act.entry.kind for ref in duty.materials)


def _entry(step: Step, act: ScenarioAct, case: Case | None) -> EntryRecord | None:
    if act.entry is None:
        return None
    kind, ref, fields = act.entry.kind, None, dict(act.entry.fields)
    state = None if case is None else case.steps.get(step.id)
    if kind == "answer" and state is not None:
        answered = {entry.ref for entry in state.entries if entry.kind == "answer"}
        open_ = [str(e.seq) for e in state.entries if e.kind == "objection" and str(e.seq) not in answered]
        ref = next(iter(open_), None)
    if isinstance(step, PeriodStep):
        specs = next((duty.fields for duty in step.entries if duty.id == kind), ())
        fields = {**_answers(step, specs, act, None), **fields}
    if isinstance(step, NoticeStep) and kind == "published":
        fields.setdefault("places", 2 if step.both_places_when else step.places)
    return EntryRecord(kind=kind, ref=ref, fields=fields)


def _answers(
    step: Step, specs: tuple[FieldSpec, ...], act: ScenarioAct, outcome: str | None
) -> dict[str, Scalar]:
    """Return an answer that passes for every field the step demands for this outcome."""
    wanted = {rule.field: rule for rule in step.rules if isinstance(rule, FieldRule)}
    answers: dict[str, Scalar] = {}
    for spec in specs:
        rule = wanted.get(spec.id)
        asked = not spec.for_outcomes or outcome in spec.for_outcomes
        needed = spec.required or (rule is not None and rule.after_act is None)
        if asked and needed and spec.id not in act.without:
            answers[spec.id] = _answer(spec, rule, act.on)
    return answers


def _answer(spec: FieldSpec, rule: FieldRule | None, day: date) -> Scalar:
    if rule is not None and rule.equals is not None:
        return rule.equals
    match spec.type:
        case "boolean":
            return True
        case "integer":
            return max(spec.at_least or 0, rule.at_least or 0 if rule is not None else 0)
        case "choice":
            return next(iter(spec.choices), None)
        case "date":
            return day.isoformat()
        case "text":
            return f"{spec.id} 1"
