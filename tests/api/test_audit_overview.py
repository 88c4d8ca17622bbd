"""The overview counts what is seen by a post, and the map says where cases are late."""

from datetime import timedelta

from services import audit_overview
from services.audit_overview import overview, shade_of
from services.auditing import audit_all
from services.parts import Caller
from tests.api.world import AUDITOR, CHILD, PARENT, SECRETARY, SUBJECT


async def seen_by(world, who, unit=None):
    return await overview(world.parts, Caller(who), unit=unit)


async def test_findings_are_counted_by_level_rule_state_and_month(world_on_both):
    world = world_on_both
    case = await world.start(fields={"letter": "请批准"})
    await audit_all(world.parts)
    found = await seen_by(world, AUDITOR)

    assert [(one.key, one.number, one.left) for one in found.levels] == [
        ("block", 0, 0),
        ("late", 1, 1),
        ("finding", 0, 0),
    ]
    assert [(one.rule, one.number) for one in found.rules] == [("A01", 1)]
    assert found.months[-1] == ("2025-03", 1)
    assert len(found.months) == 24
    assert (found.number, found.left) == (1, 1)

    (finding,) = (await world.get(f"/v1/cases/{case['id']}/findings", AUDITOR)).json()["items"]
    await world.post(f"/v1/findings/{finding['id']}/dismiss", PARENT, {"reason": "no scan is asked for"})
    after = await seen_by(world, AUDITOR)
    assert (after.number, after.left) == (1, 0)
    assert {one.key: one.number for one in after.states}["dismissed"] == 1


async def test_the_map_goes_down_from_one_s_own_units_and_counts_what_is_below(world_on_both):
    world = world_on_both
    await world.start(fields={"letter": "请批准"})
    await audit_all(world.parts)
    (top,) = (await seen_by(world, AUDITOR)).map

    assert top.unit.id == "committee-1"
    assert [one.unit.id for one in top.below] == ["circle-1"]
    assert (top.unit.open_cases, top.unit.late, top.unit.findings) == (1, 0, 1)
    (own,) = (await seen_by(world, SECRETARY)).map
    assert own.unit.id == "circle-1"
    assert (await seen_by(world, AUDITOR, "circle-2")).map == ()


async def test_of_many_units_the_map_shows_those_with_most_that_is_late_from_the_top_down(
    world_on_both, monkeypatch
):
    world = world_on_both
    await world.start(fields={"letter": "请批准"})
    world.clock.pass_by(timedelta(days=400))
    whole = await seen_by(world, AUDITOR)
    assert (len(whole.map[0].below), whole.most) == (1, None)
    monkeypatch.setattr(audit_overview, "_UNITS", 1)
    cut = await seen_by(world, AUDITOR)
    (top,) = cut.map
    assert (top.unit.id, top.unit.late, top.below, cut.most) == ("committee-1", 1, (), 1)


async def test_a_case_is_late_on_the_map_once_a_step_is_overdue(world):
    await world.start(fields={"letter": "请批准"})
    world.clock.pass_by(timedelta(days=400))
    (top,) = (await seen_by(world, AUDITOR)).map

    assert (top.unit.late, top.unit.share, top.shade) == (1, 1.0, 4)


async def test_those_who_see_no_case_by_a_post_see_empty_counts(world):
    await world.start(fields={"letter": "请批准"})
    await audit_all(world.parts)
    for who in (SUBJECT, CHILD):
        found = await seen_by(world, who)
        assert (found.number, found.rules, found.map) == (0, (), ())


def test_shares_are_drawn_in_five_shades():
    shades = [shade_of(share) for share in (0, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.51, 1)]
    assert shades == [0, 1, 1, 2, 2, 3, 3, 4, 4]
