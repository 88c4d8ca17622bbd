"""An overlay adds or tightens, and nothing else: each row plants one attempt to loosen."""

from datetime import date

import pytest

from domain.acts import Due
from domain.deciding import decide
from domain.evolving import replay
from domain.library import Library
from domain.narrating import told as told_of
from domain.overlay import Overlay
from domain.overlays import NotTighter, apply, check_overlay, read_overlay
from domain.process import Process
from domain.reading import parse, read_process
from domain.spans import Span
from domain.stricter_rules import is_at_least
from domain.tightening import loosened
from domain.values import Text
from tests.builders import a_case, a_library_with_a_later_version, a_process, noon
from tests.domain.club import CLUB, line_of, plant

STRICTER = """\
overlay: north
of: {process: club-membership, version: "1"}
title: {zh: 北部分会细则, en: Rules of the northern club}
basis: local 7
materials:
  photo: {title: {zh: 照片, en: Photo}, source: local}
change:
  talk:
    by: club.secretary
    due: {within: P14D, of: application, basis: local 7, escalate: [league.clerk, club.secretary]}
    materials: [photo]
  trial:
    lasts: P18M
    entries:
      - {id: assessment, title: {zh: 考察, en: A}, by: [sponsors], every: P3M, at_least: 6, basis: local 7}
  notice:
    window: P7WD
  vote:
    not_before: {wait: P8D, of: notice.ends, basis: local 7}
    quorum: {at_least: 2/3, of: eligible, basis: local 7}
    rules:
      - {id: of-age, type: age, at_least: 21, basis: local 7}
add:
  - stage: applying
    after: talk
    step:
      id: interview
      kind: decision
      title: {zh: 面谈, en: Interview}
      by: league.clerk
      outcomes: {passed: next, failed: {end: not-approved}}
"""


def club(text=CLUB):
    return read_process(
        text.replace("quorum: {more_than: 1/2", "quorum: {parameter: true, more_than: 1/2"), "club.yaml"
    )


def well_formed(text):
    """Read a definition without the soundness checks, which would tell some faults first."""
    return parse(text, "club.yaml", Process)[1]


BASE = well_formed(CLUB)


def told(overlay, base=None):
    return [
        f"{problem.line}: {problem.problem.en}"
        for problem in check_overlay(overlay, "north.yaml", base or club())
    ]


def test_an_overlay_that_only_tightens_makes_a_version_of_its_own():
    base = club()
    local = read_overlay(STRICTER, "north.yaml", base)

    assert (local.version, local.overlay) == ("1+north", "north")
    assert local.digest not in ("", base.digest)
    assert list(local.steps)[:4] == ["application", "talk", "interview", "sponsors"]
    assert local.predecessors["sponsors"] == ("interview",)
    assert local.steps["trial"].model_dump()["lasts"] == "P18M"
    assert [str(wait.wait) for wait in local.steps["vote"].not_before] == ["P8D", "P0D"]
    assert [str(deadline.within) for deadline in local.steps["talk"].due] == ["P14D"]


def test_people_are_told_what_an_overlay_is_called_and_no_digest_depends_on_it():
    base = club()
    local = read_overlay(STRICTER, "north.yaml", base)
    renamed = read_overlay(STRICTER.replace("Rules of the northern club", "North"), "north.yaml", base)

    assert local.version_title == Text(zh="1 · 北部分会细则", en="1 · Rules of the northern club")
    assert base.version_title == Text(zh="1", en="1")
    assert Library.of([base, local]).find(base.process, "1+north").version_title == local.version_title
    assert Library.of([base, local]).overlay_title(base.process, "north").zh == "北部分会细则"
    assert Library.of([base]).overlay_title(base.process, "north").zh == "north"
    assert renamed.version_title.en == "1 · North"
    assert renamed.digest == local.digest


def test_what_an_overlay_adds_is_seen_against_the_version_it_adds_to():
    base = club()
    local = read_overlay(STRICTER, "north.yaml", base)
    library = Library.of([base, local])

    assert library.before(local) == base
    assert library.before(base) is None


def test_a_case_is_told_new_rules_by_what_their_overlay_is_called():
    local = read_overlay(STRICTER, "north.yaml", club())

    assert told_of(local, "rules-changed", None, {"version": "1+north"}).en == (
        "From here on the rules of 1 · Rules of the northern club apply"
    )
    assert told_of(local, "rules-changed", None, {"version": "9"}).zh == "改用9版规则"


def test_the_original_is_left_as_it_was():
    base = club()
    read_overlay(STRICTER, "north.yaml", base)

    assert base == club()
    assert "interview" not in base.steps


LOCAL = """\
overlay: north
of: {process: reading-circle, version: "1"}
title: {zh: 北区, en: North}
basis: local 7
change:
  talk:
    due: {id: local-talk-in-two-months, within: P2M, of: apply, basis: local 7}
"""


@pytest.mark.parametrize("overlay", [None, "north"])
def test_a_case_that_went_on_to_a_version_without_an_overlay_is_told_from_where_it_began(overlay):
    turn = date(2025, 6, 2)
    replaces = f'replaces: {{version: "0", on: {a_process().in_force.first}, basis: "9"}}'
    editions = [a_process("0", first="2019-01-01"), a_process(replaces=replaces)]
    local = read_overlay(LOCAL, "n.yaml", editions[1])
    later = a_library_with_a_later_version(turn).find("reading-circle", "2")
    library = Library.of([*editions, later, local])
    begun = library.for_start("reading-circle", date(2025, 3, 3), overlay)
    before, events = a_case(begun)
    changed = decide(begun, before, Due(adopt=True), noon(turn))
    case = replay(begun, changed, before)
    assert case.version == "2"
    root = library.for_case(case)
    # Ordinary cases go on from the earliest version there is.
    assert root.version == ("0" if overlay is None else begun.version)
    assert replay(root, (*events, *changed)) == case


def test_a_case_under_an_overlay_starts_with_it_and_only_then():
    base = club()
    library = Library.of([base, read_overlay(STRICTER, "north.yaml", base)])

    assert library.for_start("club-membership", date(2024, 1, 1)).version == "1"
    assert library.for_start("club-membership", date(2024, 1, 1), overlay="north").version == "1+north"


@pytest.mark.parametrize(
    "old, new, says",
    [
        (
            "{wait: P8D, of: notice.ends",
            "{wait: P3D, of: notice.ends",
            "the wait of P5D after notice.ends is shortened or dropped",
        ),
        ("window: P7WD", "window: P4WD", "the window of P5WD is shortened"),
        ("window: P7WD", "window: P7D", "the window of P5WD is shortened"),
        ("lasts: P18M", "lasts: P11M", "the period of P12M is shortened"),
        ("within: P14D", "within: P2M", "the deadline of P1M after application is lengthened or dropped"),
        (
            "escalate: [league.clerk, club.secretary]",
            "escalate: [club.secretary]",
            "the deadline of P1M after application is lengthened or dropped",
        ),
        ("at_least: 2/3", "at_least: 1/2", "the threshold is lowered or dropped"),
        (
            "quorum: {at_least",
            "carried: {at_least",
            "the rules fix this figure: only one they leave open can be set",
        ),
        (
            "    by: club.secretary\n",
            "    by: [club.secretary, subject]\n",
            "subject may act who could not before",
        ),
        ("    by: club.secretary\n", "    by: []\n", "nobody may act here"),
        ("every: P3M", "every: P7M", "the duty assessment is dropped or loosened"),
        ("at_least: 6, basis", "at_least: 1, basis", "the duty assessment is dropped or loosened"),
        (
            "failed: {end: not-approved}",
            "failed: {end: joined}",
            "an added step cannot bring a case to its aim",
        ),
        ("window: P7WD", "lasts: P7D", "notice is of kind notice and has no lasts"),
        ("  talk:\n", "  walk:\n", "there is no step 'walk'"),
        ("id: interview", "id: talk", "there is a step 'talk' already"),
        ("after: talk", "after: walk", "there is no step 'walk' in 'applying'"),
        ("after: talk", "after: notice", "there is no step 'notice' in 'applying'"),
        ("by: league.clerk", "by: league.boss", "nobody can be 'league.boss': there is no such post"),
        ("materials: [photo]", "materials: [letter]", "the material 'letter' is not in the catalogue"),
        ('version: "1"', 'version: "2"', "belongs to club-membership 2, not to 1"),
        (
            "title: {zh: 面谈",
            "due: {within: P1M, of: vote, basis: x}\n      title: {zh: 面谈",
            "never known by then: vote comes later",
        ),
        (
            "basis: local 7\nmaterials",
            "basis: local 7\ndrop: [vote]\nmaterials",
            "an overlay may only add or tighten: it drops nothing",
        ),
        ("    window: P7WD", "    outcomes: {}", "unknown key 'outcomes'"),
    ],
)
def test_an_overlay_that_loosens_or_does_not_fit_is_refused_with_its_line(old, new, says):
    faulty = plant((old, new), text=STRICTER)
    sentences = {line.split(": ", 1)[1] for line in told(faulty)}
    lines = {int(line.split(":", 1)[0]) for line in told(faulty)}

    assert sentences == {says}
    assert min(abs(line_of(new, faulty) - line) for line in lines) <= _DISTANCE.get(new, 0)


_DISTANCE = {
    # The fault lies in a part of something: the line told is the one where that begins.
    "every: P7M": 1,
    "at_least: 1, basis": 1,
    "escalate: [club.secretary]": 0,
    "id: talk": 1,
    "title: {zh: 面谈": 0,
    "due: {within: P1M, of: vote, basis: x}\n      title: {zh: 面谈": 0,
    "basis: local 7\ndrop: [vote]\nmaterials": 1,
}


@pytest.mark.parametrize(
    "old, new, says",
    [
        (
            '          - {of: trial.ends, basis: "7"}\n',
            "",
            "the wait of P0D after trial.ends is shortened or dropped",
        ),
        (
            '        due: {within: P1M, of: notice.ends, basis: "7"}\n',
            "",
            "the deadline of P1M after notice.ends is lengthened or dropped",
        ),
        ("        materials: [minutes]\n", "", "the material minutes is dropped or asked less strictly"),
        (
            "materials: [minutes]",
            "materials: [{id: minutes, level: late}]",
            "the material minutes is dropped or asked less strictly",
        ),
        (
            "materials: [minutes]",
            "materials: [{id: minutes, for_outcomes: [carried]}]",
            "the material minutes is dropped or asked less strictly",
        ),
        ("            required: true\n", "", "the field months is dropped or asked less strictly"),
        (
            "            at_most: 12\n",
            "            at_most: 24\n",
            "the field months is dropped or asked less strictly",
        ),
        (
            "choices: [short, long]",
            "choices: [short, long, endless]",
            "the field track is dropped or asked less strictly",
        ),
        (
            '          - {type: age, at_least: 18, basis: "1"}\n',
            '          - {type: age, at_least: 16, basis: "1"}\n',
            "the rule age is dropped or loosened",
        ),
        (
            '          - {type: age, at_least: 18, basis: "1"}\n',
            '          - {type: age, level: late, at_least: 18, basis: "1"}\n',
            "the rule age is dropped or loosened",
        ),
        (
            "entry: assessment, at_least: 2",
            "entry: assessment, at_least: 1",
            "the rule count is dropped or loosened",
        ),
        (
            '{type: standing, who: sponsors, standing: member, basis: "3"}',
            '{type: standing, who: sponsors, standing: member, when: {unit: league}, basis: "3"}',
            "the rule standing is dropped or loosened",
        ),
        (
            "steps: [talk], case_roles: [sponsors]",
            "case_roles: [sponsors]",
            "the rule separation is dropped or loosened",
        ),
        ("after: [notice, review]", "after: [notice]", "vote no longer waits for review"),
        (
            "          back: {return_to: notice, needs_reason: true}\n",
            "",
            "outcomes cannot be added, moved or dropped by an overlay",
        ),
        (
            "refused: {end: not-approved}",
            "refused: next",
            "the outcome refused cannot be changed by an overlay",
        ),
        ("        when: {unit: league}\n", "", "when cannot be changed by an overlay"),
        ("body: assembly", "body: board", "body cannot be changed by an overlay"),
        (
            "body: assembly",
            "body: assembly\n        ballot: open",
            "a secret ballot cannot become an open one",
        ),
        ("body: assembly", "body: assembly\n        tie: chair", "equal votes can no longer carry"),
        ("window: P5WD", "window: P5WD\n        places: 0", "it hangs in fewer places"),
        ("        both_places_when: {field: application.mobile}\n", "", "it hangs in fewer places"),
        ("min: 1, max: 2", "min: 1, max: 3", "case_roles cannot be changed by an overlay"),
        (
            "withdraw: [subject]",
            "withdraw: [subject, club.secretary]",
            "whole_case cannot be changed by an overlay",
        ),
        (
            "{title: {zh: 会议记录, en: Minutes}, source: national}",
            "{title: {zh: 会议记录, en: Minutes}}",
            "the material minutes cannot be changed or dropped",
        ),
        ("    standing: candidate\n", "", "the stages themselves cannot be changed by an overlay"),
        ("times: 1, at_least: 6", "times: 2, at_least: 6", "extension cannot be changed by an overlay"),
        (
            "        role: sponsors\n",
            "        role: sponsors\n        replaceable: false\n",
            "replaceable cannot be changed by an overlay",
        ),
    ],
)
def test_the_proof_finds_whatever_a_text_has_loosened(old, new, says):
    local = well_formed(plant((old, new)))

    assert [flaw.problem.en for flaw in loosened(BASE, local)] == [says]


@pytest.mark.parametrize(
    "threshold, is_higher",
    [
        ("{at_least: 2/3, of: eligible, basis: x}", True),
        ("{more_than: 1/2, of: eligible, basis: x}", True),
        ("{at_least: 1/2, of: eligible, basis: x}", False),
        ("{at_least: 2/3, of: present, basis: x}", False),
        ("{count: 9, basis: x}", False),
    ],
)
def test_a_threshold_is_higher_only_as_a_share_of_the_same_people(threshold, is_higher):
    old = 'carried: {more_than: 1/2, of: eligible, basis: "8"}'
    base = well_formed(plant((old, 'carried: {parameter: true, more_than: 1/2, of: eligible, basis: "8"}')))
    local = well_formed(plant((old, f"carried: {threshold}")))

    assert [flaw.problem.en for flaw in loosened(base, local)] == (
        [] if is_higher else ["the threshold is lowered or dropped"]
    )


TALK_RULES = "        outcomes: {done: next, postponed: again}\n"


@pytest.mark.parametrize(
    "law, new, is_as_strict",
    [
        (
            "type: restriction, who: subject, none_of: [warned]",
            "type: restriction, who: subject, none_of: [warned, x]",
            True,
        ),
        (
            "type: restriction, who: subject, none_of: [warned, x]",
            "type: restriction, who: subject, none_of: [x]",
            False,
        ),
        (
            "type: restriction, who: subject, none_of: [x]",
            "type: restriction, who: sponsors, none_of: [x]",
            False,
        ),
        (
            "type: field, field: track, equals: long",
            "type: field, field: track, equals: long, level: block",
            True,
        ),
        ("type: field, field: track, equals: long", "type: field, field: track", False),
        ("type: field, field: leaves, after_act: P3M", "type: field, field: leaves, after_act: P4M", True),
        ("type: field, field: leaves, after_act: P3M", "type: field, field: leaves, after_act: P2M", False),
        ("type: field, field: leaves, after_act: P3M", "type: field, field: leaves", False),
        (
            "type: field, field: hours, at_least: 24",
            "type: field, field: hours, at_least: 30, at_most: 90",
            True,
        ),
        ("type: field, field: hours, at_most: 24", "type: field, field: hours, at_most: 30", False),
        ("type: field, field: hours, at_most: 24", "type: field, field: days, at_most: 24", False),
        (
            "type: unit, unit: club, may_approve: true",
            "type: unit, unit: club, may_approve: true, temporary: false",
            True,
        ),
        ("type: unit, unit: club, may_approve: true", "type: unit, unit: club", False),
        (
            "type: unit, unit: club, full_members_at_least: 3",
            "type: unit, unit: club, full_members_at_least: 4",
            True,
        ),
        (
            "type: unit, unit: club, full_members_at_least: 3",
            "type: unit, unit: club, full_members_at_least: 2",
            False,
        ),
        (
            "type: separation, steps: [application]",
            "type: separation, steps: [application], case_roles: [sponsors]",
            True,
        ),
        ("type: age, at_least: 18", "type: document, materials: [application]", False),
        ("id: one, type: age, at_least: 18", "id: two, type: age, at_least: 18", False),
        ("type: age, at_least: 18, when: {unit: league}", "type: age, at_least: 18", True),
        ("level: finding, type: age, at_least: 18", "level: late, type: age, at_least: 18", True),
        ("level: late, type: age, at_least: 18", "level: finding, type: age, at_least: 18", False),
    ],
)
def test_a_rule_is_as_strict_if_it_refuses_whatever_the_other_refuses(law, new, is_as_strict):
    base = well_formed(plant((TALK_RULES, f"{TALK_RULES}        rules: [{{{law}, basis: x}}]\n")))
    local = well_formed(plant((TALK_RULES, f"{TALK_RULES}        rules: [{{{new}, basis: y}}]\n")))

    assert (list(loosened(base, local)) == []) == is_as_strict


@pytest.mark.parametrize(
    "longer, shorter, is_certain",
    [
        ("P1M", "P28D", False),
        ("P1M", "P27D", True),
        ("P32D", "P1M", True),
        ("P30D", "P1M", False),
        ("P5WD", "P5D", True),
        ("P5WD", "P7D", False),
        ("P7D", "P5WD", False),
        ("P30D", "P5WD", True),
        ("P12M", "P365D", False),
        ("P367D", "P12M", True),
        ("P1M3D", "P1M", True),
        ("P0D", "P0D", True),
    ],
)
def test_a_span_is_longer_only_if_it_is_so_on_every_day_of_the_calendar(longer, shorter, is_certain):
    assert is_at_least(Span.model_validate(longer), Span.model_validate(shorter)) == is_certain


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("id: interview\n", "id: interview\n      number: '2'\n", None),
        (
            "outcomes: {passed: next, failed: {end: not-approved}}",
            "outcomes: {passed: {proposes_extension: trial}}",
            "an added step cannot extend a period",
        ),
        ("  photo:", "  minutes:", "the material minutes is in the catalogue already"),
    ],
)
def test_an_added_step_or_material_is_looked_at_as_well(old, new, says):
    sentences = [line.split(": ", 1)[1] for line in told(plant((old, new), text=STRICTER))]

    assert says in sentences if says else sentences == []


def test_an_added_step_appoints_nobody():
    step = "{id: again, kind: appoint, title: {zh: 又, en: Again}, by: subject, role: sponsors}"
    appointing = f"  - {{stage: applying, after: talk, step: {step}}}"
    text = STRICTER[: STRICTER.index("add:\n")] + f"add:\n{appointing}\n"

    assert "an added step cannot appoint people" in " ".join(told(text))


def test_nothing_comes_before_the_step_that_starts_a_case():
    first = "      - id: application\n        kind: record\n"
    local = well_formed(
        plant(
            (first, f"      - {{id: greet, kind: record, title: {{zh: 好, en: Hi}}, by: subject}}\n{first}")
        )
    )

    assert [flaw.problem.en for flaw in loosened(BASE, local)] == [
        "a case starts with application, and with nothing before it"
    ]


@pytest.mark.parametrize(
    "old, law, new, says",
    [
        (
            "body: assembly",
            "body: assembly\n        veto: {basis: x}",
            "body: assembly",
            "the veto is dropped",
        ),
        (
            "by: league.clerk\n",
            "by: league.clerk\n        need: 2\n",
            "by: league.clerk\n",
            "fewer than 2 equal answers decide",
        ),
        ("kind: decision\n", "kind: decision\n", "kind: record\n", "kind cannot be changed by an overlay"),
        (
            'carried: {more_than: 1/2, of: eligible, basis: "8"}',
            "carried: {parameter: true, count: 3, basis: x}",
            "carried: {parameter: true, count: 2, basis: x}",
            "the threshold is lowered or dropped",
        ),
        (
            'quorum: {more_than: 1/2, of: eligible, basis: "8"}\n',
            "quorum: {parameter: true, count: 3, basis: x}\n",
            "ballot: secret\n",
            "the threshold is lowered or dropped",
        ),
    ],
)
def test_what_the_law_adds_cannot_be_taken_away(old, law, new, says):
    base, local = well_formed(plant((old, law))), well_formed(plant((old, new)))

    assert [flaw.problem.en for flaw in loosened(base, local)] == [says]


def test_an_entry_without_a_name_takes_the_place_of_none_that_has_one():
    named = CLUB.replace("- {wait: P5D, of: notice.ends", "- {id: law, wait: P5D, of: notice.ends")
    local = read_overlay(STRICTER, "north.yaml", club(named))

    assert [(wait.id, str(wait.wait)) for wait in local.steps["vote"].not_before] == [
        ("law", "P5D"),
        (None, "P0D"),
        (None, "P8D"),
    ]


def test_a_name_too_long_for_a_version_is_told():
    text = STRICTER.replace("overlay: north", "overlay: " + "n" * 60)

    assert told(text) == ["1: the version would have more than 60 characters"]


def test_an_overlay_that_is_not_well_formed_is_told_like_a_definition():
    week = STRICTER.replace("window: P7WD", "window: a week")
    three = STRICTER.replace("  notice:\n    window: P7WD", "  notice: 3")

    assert told(week) == [f"{line_of('a week', week)}: 'a week' is not a span: write P12M, P1Y, P30D or P5WD"]
    assert told(three) == [f"{line_of('notice: 3', three)}: must be a mapping of names to values: 3"]


def test_a_dropped_step_is_found():
    start, end = CLUB.index("      - id: talk\n"), CLUB.index("      - id: sponsors\n")
    local = well_formed(CLUB[:start] + CLUB[end:])

    assert "the step talk is dropped" in [flaw.problem.en for flaw in loosened(BASE, local)]


def test_a_definition_is_as_strict_as_itself():
    assert list(loosened(BASE, BASE)) == []


@pytest.mark.parametrize(
    "old, new",
    [
        ("{type: age, at_least: 18", "{type: age, at_least: 21"),
        ("entry: assessment, at_least: 2", "entry: assessment, at_least: 3"),
        ("{type: document, materials: [application]", "{type: document, materials: [application, minutes]"),
        ("within: P1M, of: application", "within: P0D, of: application"),
        ("          carried: next\n", "          carried: {needs_reason: true}\n"),
        ("body: assembly", "body: assembly\n        veto: {basis: local}"),
    ],
)
def test_what_is_stricter_passes_the_proof(old, new):
    assert list(loosened(BASE, well_formed(plant((old, new))))) == []


def test_a_step_can_be_told_to_wait_for_an_added_one():
    added = """\
overlay: west
of: {process: club-membership, version: "1"}
title: {zh: 西, en: West}
basis: local
add:
  - stage: joining
    after: notice
    before: [vote]
    step: {id: tea, kind: record, title: {zh: 茶, en: Tea}, by: subject}
"""
    local = read_overlay(added, "west.yaml", club())

    assert local.predecessors["vote"] == ("notice", "review", "tea")
    assert local.predecessors["tea"] == ("notice",)
    assert local.predecessors["review"] == ("tea",)


def test_the_sentences_stand_in_the_error_itself():
    overlay = Overlay.model_validate(
        {
            "overlay": "east",
            "of": {"process": "club-membership", "version": "1"},
            "title": {"zh": "东", "en": "East"},
            "basis": "local",
            "change": {"trial": {"lasts": "P1M"}},
        }
    )

    with pytest.raises(NotTighter, match="the period of P12M is shortened"):
        apply(club(), overlay)
