"""What a look for patterns finds is one finding with a life, however often it is found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.patterns.thresholds import limits
from records import organisation, pattern_findings, pattern_runs
from records.pattern_runs import Result, Run
from services.audit_overview import overview
from services.auditing import audit_all
from services.parts import Caller
from services.pattern_asking import REST
from services.refusals import NotReady
from tests.api.world import AUDITOR, CHILD, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT

REASON = {"reason": "the meeting is on the last day of each month"}


def a_result(number=1, pattern="last-day", unit="circle-1", **told):
    usual = {"process": "", "person": "", "narrowed": "", "population": 40, "figure": 0.9, "threshold": 0.6}
    usual |= {"chance": 0.0001, "cases": [], "people": [], "pairs": []}
    return Result(number, pattern, unit, usual | told)


async def looked(world, *results, **changed):
    """A look over everything that found these, a day after the one before; by other thresholds if asked."""
    world.clock.pass_by(timedelta(days=1))
    now = world.clock()
    told = {"thresholds": limits(changed), "looked_at": {}, "cases": 1, "events": 1, "texts": 1, "unread": 0}
    run = Run(f"{int(now.timestamp()):032d}", now, now.date(), None, None, told)

    def keep(connection):
        pattern_runs.keep(connection, run, results)
        return pattern_findings.keep(connection, run.id, results, now)

    return await world.parts.write(keep)


async def listed(world, who, query=""):
    return (await world.get(f"/v1/findings{query}", who)).json()["items"]


async def said(world, finding, saying, who):
    return await world.post(f"/v1/findings/{finding['id']}/{saying}", who, REASON)


async def life_of(world, finding, who=SECRETARY):
    return (await world.get(f"/v1/findings/{finding['id']}", who)).json()


async def test_what_is_found_again_is_no_second_finding_and_its_figure_is_kept_where_it_moved(world_on_both):
    world = world_on_both
    assert await looked(world, a_result()) == (1, 0, 0)
    assert await looked(world, a_result(figure=0.91)) == (0, 0, 0)
    assert await looked(world, a_result(figure=0.95)) == (0, 0, 0)
    (finding,) = await listed(world, SECRETARY)
    assert (finding["kind"], finding["rule"], finding["case"]) == ("pattern", "last-day", None)
    assert finding["figure"]["figure"] == 0.95
    life = await life_of(world, finding)
    assert [(word["kind"], word["figure"]["figure"]) for word in life["words"]] == [
        ("raised", 0.9),
        ("found-again", 0.95),
    ]
    assert life["innocent"]


async def test_what_is_no_longer_found_stays_and_is_open_again_when_it_is_back(world):
    await looked(world, a_result())
    assert await looked(world) == (0, 0, 1)
    (finding,) = await listed(world, SECRETARY)
    assert (finding["present"], finding["state"]) == (False, "raised")
    assert await looked(world, a_result()) == (0, 1, 0)
    (finding,) = await listed(world, SECRETARY)
    assert finding["present"]
    assert [word["kind"] for word in (await life_of(world, finding))["words"]] == [
        "raised",
        "gone",
        "found-again",
    ]


async def test_what_was_dismissed_is_open_again_only_when_it_grew_worse(world):
    await looked(world, a_result(figure=0.7))
    (finding,) = await listed(world, SECRETARY)
    assert (await said(world, finding, "dismiss", PARENT)).json()["state"] == "dismissed"
    assert await looked(world, a_result(figure=0.72)) == (0, 0, 0)
    assert (await life_of(world, finding))["state"] == "dismissed"
    assert await looked(world, a_result(figure=0.9)) == (0, 1, 0)
    assert (await life_of(world, finding))["state"] == "raised"


async def test_what_was_dismissed_is_open_again_however_slowly_it_grew_worse(world_on_both):
    world = world_on_both
    await looked(world, a_result(figure=0.7))
    (finding,) = await listed(world, SECRETARY)
    await said(world, finding, "dismiss", PARENT)
    # Each look finds little more than the one before.
    assert await looked(world, a_result(figure=0.74)) == (0, 0, 0)
    assert await looked(world, a_result(figure=0.79)) == (0, 1, 0)
    assert (await life_of(world, finding))["state"] == "raised"


async def test_what_was_accepted_is_accepted_still_when_it_is_back(world):
    await looked(world, a_result())
    (finding,) = await listed(world, SECRETARY)
    await said(world, finding, "accept", PARENT)
    await looked(world)
    assert await looked(world, a_result()) == (0, 1, 0)
    assert (await life_of(world, finding))["state"] == "accepted"
    assert (await said(world, finding, "remedy", SECRETARY)).json()["state"] == "remedied"
    await looked(world)
    await looked(world, a_result())
    assert (await life_of(world, finding))["state"] == "raised"


async def test_the_unit_explains_a_pattern_and_a_unit_above_decides_on_it(world_on_both):
    world = world_on_both
    await looked(world, a_result())
    (finding,) = await listed(world, SECRETARY)
    assert (await life_of(world, finding, SECRETARY))["can"] == ["explain"]
    assert (await life_of(world, finding, AUDITOR))["can"] == []
    assert (await said(world, finding, "explain", AUDITOR)).status_code == 422
    assert (await said(world, finding, "explain", HOST)).status_code == 200
    assert (await said(world, finding, "accept", SECRETARY)).status_code == 422
    assert (await said(world, finding, "accept", PARENT)).json()["state"] == "accepted"
    done = (await said(world, finding, "remedy", SECRETARY)).json()
    assert done["state"] == "remedied"
    assert [word["said_by"]["id"] for word in done["words"][1:]] == [HOST, PARENT, SECRETARY]
    assert done["words"][1]["reason"] == REASON["reason"]


async def test_nobody_decides_on_what_is_about_his_own_doings(world):
    await looked(world, a_result(person=PARENT, unit="committee-1"))
    (finding,) = await listed(world, PARENT)
    assert finding["person"]["id"] == PARENT
    refused = await said(world, finding, "dismiss", PARENT)
    assert refused.status_code == 422
    assert refused.json()["rule"] == "finding.second-person"


async def test_a_pattern_is_seen_by_those_with_a_post_in_its_unit_or_above(world_on_both):
    world = world_on_both
    await looked(world, a_result(), a_result(2, unit="circle-2"))
    seen = {who: len(await listed(world, who)) for who in (SECRETARY, SIBLING, PARENT, AUDITOR)}
    assert seen == {SECRETARY: 1, SIBLING: 1, PARENT: 2, AUDITOR: 2}
    (finding,) = await listed(world, SECRETARY)
    for who in (SIBLING, CHILD, SUBJECT, NOBODY):
        assert (await world.get(f"/v1/findings/{finding['id']}", who)).status_code == 404
        assert (await said(world, finding, "explain", who)).status_code == 404


async def test_cases_whose_findings_somebody_is_not_shown_are_not_named_by_a_pattern_either(world):
    case = await world.start(fields={"letter": "请批准"})

    def give(connection):
        day = world.clock().date()
        organisation.add_post(connection, person_id=SUBJECT, role="host", unit_id="circle-1", from_on=day)

    await world.parts.write(give)
    await looked(world, a_result(cases=[case["id"]]))
    (finding,) = await listed(world, SUBJECT)
    named = {who: (await life_of(world, finding, who))["cases"] for who in (SECRETARY, SUBJECT)}
    assert [one["id"] for one in named[SECRETARY]] == [case["id"]]
    assert named[SUBJECT] == []


async def test_an_auditor_is_not_told_whose_texts_are_alike_in_a_case_about_himself(world):
    his = await world.start(AUDITOR, fields={"letter": "请批准"})
    other = await world.start(fields={"letter": "请批准"})
    places = []
    for case in (his, other):
        events = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
        (seq,) = (one["seq"] for one in events if one["data"].get("texts"))
        places.append([case["id"], seq, "texts.letter"])
    await looked(world, a_result(pattern="copied-texts", pairs=[places]))
    (found,) = (await world.get("/v1/audit/patterns", AUDITOR)).json()["items"]
    shown = await world.get(f"/v1/audit/patterns/{found['run']}/{found['number']}", AUDITOR)
    (pair,) = shown.json()["pairs"]
    assert pair["other"]["subject"]["id"] == SUBJECT
    assert (pair["one"]["subject"], pair["one"]["occurred_on"], pair["one"]["pieces"]) == (None, None, None)


async def test_lists_hold_both_kinds_in_order_and_counts_agree_with_them(world_on_both):
    world = world_on_both
    await world.start(fields={"letter": "请批准"})
    await audit_all(world.parts)
    await looked(world, a_result(), a_result(2, "wave", days=["2024-01-01", "2024-02-01"]))
    world.clock.pass_by(timedelta(hours=1))
    await world.start(NOBODY, fields={"letter": "请批准"})
    await audit_all(world.parts)
    await looked(world, a_result(), a_result(2, "wave", days=["2024-06-01", "2024-07-01"]))
    whole = await listed(world, AUDITOR)
    assert [one["kind"] for one in whole] == ["pattern", "rule", "pattern", "pattern", "rule"]
    found, cursor = [], ""
    for _ in range(5):
        page = (await world.get(f"/v1/findings?limit=2{cursor}", AUDITOR)).json()
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [one["id"] for one in found] == [one["id"] for one in whole]
    for query, number in (("kind=pattern", 3), ("kind=rule", 2), ("kind=hand", 0), ("rule=wave", 2)):
        assert len(await listed(world, AUDITOR, f"?{query}")) == number
    assert len(await listed(world, AUDITOR, "?level=finding&unit=committee-1")) == 3
    seen = await overview(world.parts, Caller(AUDITOR))
    assert (seen.number, seen.left) == (5, 5)
    assert [(one.key, one.number) for one in seen.levels] == [("block", 0), ("late", 2), ("finding", 3)]
    assert {one.key: one.number for one in seen.states}["raised"] == 5
    assert sum(number for _, number in seen.months) == 5
    assert [(one.rule, one.number) for one in seen.patterns] == [("wave", 2), ("last-day", 1)]
    assert seen.map[0].unit.findings == 5
    (own,) = (await overview(world.parts, Caller(SIBLING))).map or (None,)
    assert own is None


class Looking:
    """Has somebody look, or nobody."""

    def __init__(self, *, away=False):
        self.begun = 0
        self.away = away

    async def begin(self):
        if self.away:
            raise NotReady
        self.begun += 1
        return self.begun == 1


async def test_an_auditor_has_somebody_look_once_an_hour(world):
    looking = Looking()
    world.parts = replace(world.parts, looker=looking)
    world.client._transport.app.state.parts = world.parts
    assert (await world.post("/v1/audit/patterns", SECRETARY)).status_code == 403
    begun = await world.post("/v1/audit/patterns", AUDITOR)
    assert (begun.status_code, begun.json()) == (202, {"state": "begun"})
    assert (await world.post("/v1/audit/patterns", AUDITOR)).json() == {"state": "under-way"}
    await looked(world, **{"last-day.share": 0.2})
    # By other thresholds nothing is raised, so that does not count.
    assert (await world.post("/v1/audit/patterns", AUDITOR)).json() == {"state": "under-way"}
    await looked(world, a_result())
    refused = await world.post("/v1/audit/patterns", AUDITOR)
    assert (refused.status_code, refused.json()["rule"]) == (409, "patterns.rest")
    world.clock.pass_by(REST)
    assert (await world.post("/v1/audit/patterns", AUDITOR)).status_code == 202
    assert looking.begun == 4


@pytest.mark.parametrize("looker", [None, Looking(away=True)])
async def test_while_nobody_can_look_an_auditor_is_told_so(world, looker):
    world.parts = replace(world.parts, looker=looker)
    world.client._transport.app.state.parts = world.parts
    assert (await world.post("/v1/audit/patterns", AUDITOR)).status_code == 503
