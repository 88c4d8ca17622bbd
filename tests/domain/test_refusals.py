"""Every refusal says which rule, on what ground, in both languages, and what would make the act pass.

The sentences themselves stand in `refusals.txt`, to be read as people will read them; a changed sentence is
changed there as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.acts import (
    Appeal,
    Change,
    Correct,
    EntryRecord,
    MeetingRecord,
    Resume,
    Suspend,
    Transfer,
    Withdraw,
)
from domain.circumstances import PersonFacts, UnitRef
from domain.deciding import decide
from domain.refusals import RuleViolation
from tests.domain.walking import Walk, guild, post, record, step, text
from tests.domain.world import SUBJECT, World, at

DAY = date(2026, 6, 1)
HALF = {"more_than": "1/2", "of": "eligible", "basis": "8"}
KEPT = Path(__file__).with_name("refusals.txt")


def asked(*steps: Any, **changes: Any) -> Walk:
    return Walk(guild(*steps, **changes), DAY)


def ruled(**rule: Any) -> RuleViolation:
    fields = [
        {"id": "grade", "title": text("Grade"), "type": "integer"},
        {"id": "leaves", "title": text("Leaves"), "type": "date"},
    ]
    walk = asked(record("ask", rules=[{"basis": "5", **rule}], fields=fields))
    return walk.refused("ask", fields={"grade": 3, "leaves": "2026-06-02"})


def field(value: Any, **spec: Any) -> RuleViolation:
    one = {"id": "answer", "title": text("Answer"), **spec}
    return asked(record("ask", fields=[one])).refused("ask", fields={"answer": value})


def voted(claimed: str | None = None, *, meeting: Any = None, **more: Any) -> RuleViolation:
    made = {
        "body": "assembly",
        "quorum": HALF,
        "carried": HALF,
        "outcomes": {"yes": "next", "lost": "again"},
        **more,
    }
    return asked(step("meeting", "vote", **made)).refused("vote", outcome=claimed, meeting=meeting)


def nobody_to_vote() -> RuleViolation:
    vote = step("meeting", "vote", body="synod", carried=HALF, outcomes={"yes": "next", "lost": "again"})
    walk = Walk(guild(vote), DAY, kinds=("lodge",))
    found = walk.why_not("vote", walk.known("lodge.warden"))
    assert found is not None
    return found


def count(**numbers: Any) -> MeetingRecord:
    return MeetingRecord(**{"eligible": 16, "present": 16, "yes": 16, **numbers})


def named(people: Any, role: str = "sponsors", **facts: Any) -> RuleViolation:
    walk = asked(step("appoint", "name", role=role), record("last"))
    known = walk.known("lodge.warden")
    if facts:
        known = known.model_copy(update={"people": (PersonFacts(id="member-1", **facts),)})
    return walk.refused_act(walk.act("name", known=known, people=people, reason=None))


def appointed(**act: Any) -> RuleViolation:
    walk = asked(step("appoint", "name", role="sponsors", basis="9"), record("last"))
    walk.do("name", date(2026, 6, 5), people=("member-1",))
    return walk.refused("name", **{"people": ("member-2",), **act})


PERIOD = {"starts": "apply", "lasts": "P1M", "basis": "5"}
REPORT = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "6", "every": "P10D"}


def period(entry: EntryRecord | None, day: date = DAY, **more: Any) -> RuleViolation:
    walk = asked(
        step("period", "trial", **{**PERIOD, "entries": [REPORT], **more}), record("last", after="apply")
    )
    walk.day = day
    return walk.refused("trial", day, entry=entry, outcome="done" if entry is None else None, reason=None)


def notice(
    entry: EntryRecord | None, *before: tuple[str, date], day: date = DAY, **more: Any
) -> RuleViolation:
    walk = asked(step("notice", "notice", window="P5WD", window_basis="13", **more), record("last"))
    for kind, on in before:
        walk.entry("notice", kind, on)
    return walk.refused("notice", day, entry=entry, outcome="done" if entry is None else None)


def extended(months: int = 6, *, times: int = 0, extension: Any = None) -> RuleViolation:
    effects = {"longer": {"extend": "trial", "months": "months", "return_to": "rule"}}
    spec = {"id": "months", "title": text("Months"), "type": "integer"}
    rule = step("decision", "rule", fields=[spec], outcomes=effects, after="apply")
    walk = asked(step("period", "trial", **PERIOD, extension=extension), rule)
    for _ in range(times):
        walk.do("rule", fields={"months": 6})
    return walk.refused("rule", fields={"months": months})


BOUNDS = {"at_least": 6, "at_most": 12, "basis": "31"}


def whole(act: Any, **changes: Any) -> RuleViolation:
    walk = asked(record("ask"), **changes)
    known = walk.known("lodge.warden")
    return walk.refused_act(act(known, walk))


def correcting(path: str, value: Any, old: Any = 3, reason: str | None = "x") -> RuleViolation:
    spec = {"id": "grade", "title": text("Grade"), "type": "integer", "at_most": 5}
    walk = asked(record("look", fields=[spec]), record("last"))
    seq = walk.do("look", fields={"grade": 3})[0].seq
    change = Change(seq=seq, path=path, value=value)
    return walk.refused_act(
        Correct(known=walk.known("lodge.warden"), occurred_on=DAY, reason=reason, change=change, old=old)
    )


def confirmed(value: str, *, waits: Any = (), who: str = "bob", later: bool = False) -> RuleViolation:
    """Correct the day of a step on 10 June, before one on 15 June."""
    walk = asked(record("look", not_before=waits), record("ask"), record("last"))
    seq = next(e.seq for e in walk.do("look", date(2026, 6, 10)) if e.type == "step-completed")
    walk.do("ask", date(2026, 6, 15))
    walk.day = date(2026, 6, 18)
    change = Change(seq=seq, path="occurred_on", value=value)
    mine = walk.known("lodge.warden", actor="ann")
    act = Correct(known=mine, occurred_on=walk.day, reason="x", change=change, old="2026-06-10")
    proposal = walk.take(act)[-1].seq
    on = DAY if later else walk.day
    return walk.refused_act(
        Correct(known=walk.known("lodge.warden", actor=who), occurred_on=on, confirms=proposal)
    )


def several() -> RuleViolation:
    walk = asked(step("decision", "rule", need=2, basis="9"))
    act = walk.act("rule")
    walk.take(act)
    return walk.refused_act(act)


def separated(**rule: Any) -> RuleViolation:
    walk = asked(
        record("look"), record("ask", rules=[{"type": "separation", "steps": ["look"], "basis": "9", **rule}])
    )
    walk.do("look")
    return walk.refused("ask", reason=None)


def started(day: date = DAY, process: Any = None, **changes: Any) -> RuleViolation:
    definition = process or guild(
        record("ask"), in_force={"from": date(2026, 1, 1), "until": date(2026, 12, 31)}
    )
    act = World(definition).start(day)
    act = act.model_copy(update={"known": act.known.model_copy(update=changes)})
    try:
        decide(definition, None, act, at(date(2027, 6, 1)))
    except RuleViolation as refused:
        return refused
    raise AssertionError("it passed")


def closed() -> RuleViolation:
    walk = asked(record("ask"))
    act = walk.act("ask")
    walk.take(Withdraw(known=walk.known("subject"), occurred_on=DAY))
    return walk.refused_act(act)


def suspended() -> RuleViolation:
    walk = asked(record("ask"))
    walk.take(Suspend(known=walk.known("lodge.warden"), occurred_on=DAY, reason="x"))
    return walk.refused_act(walk.act("ask"))


def out_of_turn() -> RuleViolation:
    walk = asked(record("look"), record("ask"))
    return walk.refused_act(walk.act("look").model_copy(update={"step": "ask"}))


def after_two() -> RuleViolation:
    walk = asked(record("look"), record("check", after="apply"), record("ask", after=["look", "check"]))
    return walk.refused_act(walk.act("look").model_copy(update={"step": "ask"}))


def not_begun() -> RuleViolation:
    walk = asked(
        step("period", "trial", **{**PERIOD, "starts": "last"}, entries=[REPORT]),
        record("last", after="apply"),
    )
    found = walk.why_not("trial", walk.known("lodge.warden"))
    assert found is not None
    return found


def resumed_early() -> RuleViolation:
    walk = asked(record("ask"))
    walk.day = date(2026, 6, 5)
    walk.take(Suspend(known=walk.known("lodge.warden"), occurred_on=walk.day, reason="x"))
    return walk.refused_act(Resume(known=walk.known("lodge.warden"), occurred_on=DAY))


def appealed() -> RuleViolation:
    walk = asked(step("decision", "ask", outcomes={"no": {"end": "refused"}}))
    walk.do("ask")
    return walk.refused_act(Appeal(known=walk.known("subject"), occurred_on=DAY))


def moving(**answer: Any) -> RuleViolation:
    walk = asked(record("ask"))
    target = (UnitRef(id="u-2", kind="lodge"),)
    mine = walk.known("lodge.warden", actor="ann", target_path=target)
    walk.day = date(2026, 6, 5)
    seq = walk.take(Transfer(known=mine, occurred_on=walk.day))[-1].seq
    if not answer:
        return walk.refused_act(Transfer(known=mine, occurred_on=walk.day))
    there = walk.known("lodge.warden", actor="bob", posts=(post("lodge.warden", unit="u-2"),))
    return walk.refused_act(Transfer(**{"known": there, "occurred_on": walk.day, "confirms": seq, **answer}))


def late(**due: Any) -> RuleViolation:
    walk = asked(record("ask", due={"within": "P1M", "of": "apply", "basis": "7", **due}))
    return walk.refused("ask", date(2026, 9, 1), reason=None)


def waited(of: str, wait: str = "P5D", **changes: Any) -> RuleViolation:
    interval = {"wait": wait, "of": of, "basis": "7"}
    steps = (step("period", "trial", **PERIOD), record("ask", not_before=interval, after="apply"))
    return asked(*steps, **changes).refused("ask")


def unit(**quality: Any) -> RuleViolation:
    rule = {"type": "unit", "unit": "lodge", "basis": "22", **quality}
    walk = asked(record("ask", rules=[rule]))
    path = (
        walk.case.path[0].model_copy(update={"temporary": True, "may_approve": False, "full_members": 2}),
    )
    return walk.refused_act(walk.act("ask", known=walk.known("lodge.warden", path=path)))


def unchosen() -> RuleViolation:
    walk = asked(step("decision", "ask", outcomes={"yes": "next", "no": "next"}))
    return walk.refused_act(walk.act("ask").model_copy(update={"outcome": None}))


def recorded_late() -> RuleViolation:
    walk = asked(record("ask"))
    walk.day = date(2026, 6, 20)
    return walk.refused("ask", DAY, reason=None)


SITUATIONS: dict[str, Callable[[], RuleViolation]] = {
    "start before the version": lambda: started(date(2025, 12, 31)),
    "start after the version": lambda: started(date(2027, 1, 1)),
    "start under a version without end": lambda: started(date(2019, 1, 1), guild(record("ask"))),
    "start in another kind of unit": lambda: started(path=()),
    "start about oneself": lambda: started(actor=SUBJECT),
    "start without the post": lambda: started(posts=()),
    "case closed": closed,
    "case suspended": suspended,
    "step out of turn": out_of_turn,
    "step after two others": after_two,
    "period not begun": not_begun,
    "step unknown": lambda: whole(lambda known, walk: walk.act("ask").model_copy(update={"step": "fly"})),
    "step before what precedes it": lambda: asked(record("ask")).refused("ask", date(2026, 5, 31)),
    "day in the future": lambda: whole(lambda known, walk: walk.act("ask", date(2026, 6, 2))),
    "wait after a step": lambda: waited("apply"),
    "wait for the end of a period": lambda: waited("trial.ends"),
    "wait after the end of a period": lambda: waited("trial.ends", "P0D"),
    "wait after the start of a period": lambda: waited("trial.starts", "P1M2D"),
    "wait after the opening": lambda: waited("ask.opened"),
    "wait after the stage": lambda: waited("joining.entered"),
    "wait after the case": lambda: waited("case.opened", "P3WD"),
    "late": late,
    "recorded late": recorded_late,
    "reason for an outcome": lambda: asked(
        step("decision", "ask", outcomes={"no": {"needs_reason": True}})
    ).refused("ask", reason=None),
    "reason for an outcome by article": lambda: asked(
        step("decision", "ask", basis="9", outcomes={"no": {"needs_reason": True}})
    ).refused("ask", reason=None),
    "outcome unknown": lambda: asked(
        step("decision", "ask", basis="9", outcomes={"yes": "next", "no": "next"})
    ).refused("ask", outcome="maybe"),
    "outcome not chosen": unchosen,
    "not entitled": lambda: whole(
        lambda known, walk: walk.act("ask", known=known.model_copy(update={"posts": ()}))
    ),
    "answered already": several,
    "separated": separated,
    "separated in words": lambda: separated(says={"zh": "请换人", "en": "Ask another"}, id="other-hand"),
    "separated, with a reason": lambda: separated(level="late"),
    "field required": lambda: field(None, required=True, basis="9"),
    "field of text": lambda: field(7),
    "field of yes and no": lambda: field(7, type="boolean"),
    "field of choice": lambda: field("x", type="choice", choices=["a", "b"]),
    "field of day": lambda: field("x", type="date"),
    "field of number": lambda: field("x", type="integer"),
    "field too small": lambda: field(1, type="integer", at_least=2),
    "field too large": lambda: field(9, type="integer", at_least=2, at_most=8),
    "field unknown": lambda: asked(record("ask")).refused("ask", fields={"x": 1}),
    "material missing": lambda: asked(record("ask", materials=["letter"], basis="6")).refused(
        "ask", materials={}
    ),
    "material unknown": lambda: asked(record("ask", materials=["letter", "minutes"])).refused(
        "ask", materials={"x": ("d",)}
    ),
    "material late": lambda: asked(record("ask", materials=[{"id": "letter", "level": "late"}])).refused(
        "ask", materials={}, reason=None
    ),
    "rule of age": lambda: ruled(type="age", at_least=99),
    "rule of standing": lambda: ruled(type="standing", who="subject", standing="mason"),
    "rule of document": lambda: ruled(type="document", materials=["letter", "minutes"]),
    "rule of count": lambda: ruled(type="count", step="apply", entry="report", at_least=2),
    "rule of field": lambda: ruled(type="field", field="grade", equals=4),
    "rule of least": lambda: ruled(type="field", field="grade", at_least=4),
    "rule of most": lambda: ruled(type="field", field="grade", at_most=2),
    "rule of day": lambda: ruled(type="field", field="leaves", after_act="P3M"),
    "rule of day, late": lambda: asked(
        record("ask", rules=[{"type": "age", "at_least": 99, "level": "late", "basis": "5"}])
    ).refused("ask", reason=None),
    "unit temporary": lambda: unit(temporary=False),
    "unit without power": lambda: unit(may_approve=True),
    "unit too small": lambda: unit(full_members_at_least=3),
    "unit absent": lambda: ruled(type="unit", unit="abbey"),
    "vote without numbers": voted,
    "vote of a body that is not there": nobody_to_vote,
    "vote without quorum": lambda: voted(meeting=count(present=8, yes=8)),
    "vote lost": lambda: voted("yes", meeting=count(yes=8, no=8)),
    "vote vetoed": lambda: voted("yes", veto={"basis": "9"}, meeting=count(yes=15, no=1, vetoes=1)),
    "vote carried": lambda: voted("lost", meeting=count()),
    "vote on what": lambda: voted(
        None, outcomes={"a": "next", "b": "next", "lost": "again"}, meeting=count()
    ),
    "vote on nothing": lambda: voted(
        "c", outcomes={"a": "next", "b": "next", "lost": "again"}, meeting=count()
    ),
    "vote by another roster": lambda: voted(meeting=count(eligible=15, present=9, yes=9)),
    "vote without some": lambda: voted(meeting=count(excluded=({"person": "member-1", "ground": "tired"},))),
    "vote of too many": lambda: voted(meeting=count(present=17, yes=17)),
    "vote that does not add up": lambda: voted(meeting=count(yes=15)),
    "vote with vetoes": lambda: voted(meeting=count(yes=15, no=1, vetoes=1)),
    "vote in writing": lambda: voted(meeting=count(present=15, written=1)),
    "vote of writers unnamed": lambda: voted(written=True, meeting=count(present=15, written=1)),
    "vote of writers who were there": lambda: voted(
        written=True,
        meeting=count(
            present=1, written=1, yes=2, attended=("member-1",), opinions=({"person": "member-1"},)
        ),
    ),
    "vote of more writers than counted": lambda: voted(
        written=True, meeting=count(opinions=({"person": "member-1"},))
    ),
    "vote of writers told": lambda: voted(
        written=True,
        meeting=count(present=15, written=1, opinions=({"person": "member-1", "says": "yes"},)),
    ),
    "vote of more who wrote no": lambda: voted(
        written=True,
        ballot="open",
        meeting=count(present=15, written=1, opinions=({"person": "member-1", "says": "no"},)),
    ),
    "vote on an item beyond the agenda": lambda: voted(meeting=count(agenda={"item": 3, "of": 2})),
    "vote on an item added that was planned": lambda: voted(
        meeting=count(agenda={"item": 2, "of": 2, "added": True})
    ),
    "people too few": lambda: named(()),
    "people too many": lambda: named(("member-1", "member-2"), "witness"),
    "people twice": lambda: named(("member-1", "member-1")),
    "people unknown": lambda: named(("stranger",)),
    "people excluded": lambda: named((SUBJECT,)),
    "people of another standing": lambda: named(("member-1",), standing="guest"),
    "people barred": lambda: named(("member-1",), "witness", standing="mason", restrictions=("banned",)),
    "people not suitable": lambda: named(
        ("member-1",), "witness", standing="mason", restrictions=("warned",)
    ),
    "people appointed already": lambda: appointed(outcome="done"),
    "people replaced without a reason": lambda: appointed(outcome="replace", reason=None),
    "people replaced too early": lambda: appointed(outcome="replace", on=date(2026, 6, 4)),
    "entry where there are none": lambda: asked(record("ask")).refused("ask", entry=EntryRecord(kind="x")),
    "period by hand": lambda: period(None),
    "period without duties by hand": lambda: asked(step("period", "trial", **PERIOD)).refused_act(
        asked(record("trial")).act("trial")
    ),
    "period of two duties by hand": lambda: period(None, entries=[REPORT, {**REPORT, "id": "call"}]),
    "duty unknown": lambda: period(EntryRecord(kind="x")),
    "duty before the period": lambda: period(EntryRecord(kind="report"), starts="last"),
    "duty late": lambda: period(EntryRecord(kind="report"), date(2026, 6, 12)),
    "notice not hung": lambda: notice(None),
    "notice hung already": lambda: notice(EntryRecord(kind="published"), ("published", DAY)),
    "notice in one place": lambda: notice(EntryRecord(kind="published"), places=2),
    "notice running": lambda: notice(None, ("published", DAY)),
    "notice with an objection": lambda: notice(
        None, ("published", DAY), ("objection", DAY), day=date(2026, 6, 8)
    ),
    "notice with a rumour": lambda: notice(EntryRecord(kind="rumour"), ("published", DAY)),
    "objection before the notice": lambda: notice(EntryRecord(kind="objection")),
    "objection too early": lambda: notice(EntryRecord(kind="objection"), ("published", date(2026, 6, 2))),
    "answer to nothing": lambda: notice(EntryRecord(kind="answer", ref="1"), ("published", DAY)),
    "extension not known": extended,
    "extension too long": lambda: extended(13, extension=BOUNDS),
    "extension twice": lambda: extended(times=1, extension=BOUNDS),
    "withdraw with another outcome": lambda: whole(
        lambda known, walk: Withdraw(known=known, occurred_on=DAY, outcome="joined")
    ),
    "withdraw before the case": lambda: whole(
        lambda known, walk: Withdraw(known=known, occurred_on=date(2026, 5, 1))
    ),
    "act not known": lambda: whole(
        lambda known, walk: Suspend(known=known, occurred_on=DAY, reason="x"), whole_case={}
    ),
    "suspend without a reason": lambda: whole(lambda known, walk: Suspend(known=known, occurred_on=DAY)),
    "resume what runs": lambda: whole(lambda known, walk: Resume(known=known, occurred_on=DAY)),
    "resume before it stopped": resumed_early,
    "appeal without a reason": appealed,
    "appeal against nothing": lambda: whole(
        lambda known, walk: Appeal(known=known, occurred_on=DAY, reason="x")
    ),
    "move to nowhere": lambda: whole(lambda known, walk: Transfer(known=known, occurred_on=DAY)),
    "move twice": moving,
    "move answered by nobody's proposal": lambda: moving(confirms=99),
    "move answered too early": lambda: moving(occurred_on=DAY),
    "correct without a reason": lambda: correcting("fields.grade", 4, reason=None),
    "correct what was not recorded": lambda: correcting("outcome", "x"),
    "correct to no day": lambda: correcting("occurred_on", "soon", old="2026-06-01"),
    "correct to no answer": lambda: correcting("fields.grade", None),
    "correct to another sort": lambda: correcting("fields.grade", "4"),
    "correct alone": lambda: confirmed("2026-06-09", who="ann"),
    "correct too early": lambda: confirmed("2026-06-09", later=True),
    "correct against the order": lambda: confirmed("2026-06-16"),
    "correct against a wait": lambda: confirmed(
        "2026-06-05", waits=({"wait": "P5D", "of": "apply", "basis": "7"},)
    ),
}


def told(refused: RuleViolation) -> str:
    """Return everything a refusal says, a line each."""
    lines = [f"{type(refused).__name__} {refused.kind} {refused.rule} {refused.level} {refused.basis}"]
    lines += [refused.detail.zh, refused.detail.en]
    if refused.passes_on is not None:
        lines.append(f"from {refused.passes_on}")
    if refused.passes_when is not None:
        lines += [f"when {refused.passes_when.zh}", f"when {refused.passes_when.en}"]
    return "\n".join(f"    {line}" for line in lines)


def kept() -> dict[str, str]:
    blocks = KEPT.read_text(encoding="utf-8").strip("\n").split("\n\n")
    return {block.partition("\n")[0]: block.partition("\n")[2] for block in blocks}


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_refusal_says_what_is_kept_of_it(name: str) -> None:
    assert told(SITUATIONS[name]()) == kept()[name]


def test_nothing_is_kept_of_what_cannot_happen() -> None:
    assert list(kept()) == list(SITUATIONS)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_refusal_names_rule_level_and_ground_in_both_languages_and_nobody(name: str) -> None:
    refused = SITUATIONS[name]()
    assert refused.rule
    assert refused.basis
    assert refused.level in {"block", "late"}
    assert re.search(r"[\u4e00-\u9fff]", refused.detail.zh)
    said = told(refused)
    assert not re.search(r"member-|subject-|holder-|stranger|\bann\b|\bbob\b", said)
    assert str(refused) == f"{refused.rule} ({refused.basis})"
    if refused.level == "late":
        assert refused.passes_when is not None
