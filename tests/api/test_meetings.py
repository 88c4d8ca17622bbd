"""Several cases in one meeting: an agenda, its order, one attendance, and a vote on each by itself."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.acts import Excluded
from domain.library import Library
from domain.reading import read_process
from records import absences, audit_facts, drafts, organisation
from records.cases import find_case
from records.stored import events_after
from services import agendas, meetings
from services.agendas import Agenda
from services.parts import Caller
from services.refusals import InvalidInput, NotFound
from tests.api.admission import ADMISSION, admitting, reads, relate
from tests.api.test_forms import read
from tests.api.test_permission_costs import counted
from tests.api.world import (
    ADMIN,
    HOST,
    NOBODY,
    NOON,
    PARENT,
    SECRETARY,
    SINCE,
    SUBJECT,
    add_somebody,
    give_token,
)

OTHERS = (NOBODY, PARENT)
BY_HALF = ADMISSION.replace(
    "quorum: {more_than: 1/2", "written: true\n        quorum: {at_least: 1/2"
).replace("carried: {more_than: 1/2", "carried: {at_least: 1/2")

MAY_COME = """\
      - id: again
        kind: meeting
        title: {zh: 复议, en: Again}
        by: [circle.secretary, circle.host]
        body: circle.members
        optional: true
        after: apply
        carried: {at_least: 1/2, of: eligible, basis: "2"}
        outcomes: {carried: next, lost: again}
"""


@pytest.fixture
async def world(world_on_both):
    return admitting(world_on_both, BY_HALF)


@pytest.fixture
async def three(world):
    """Three cases that wait for a vote."""
    return [await world.start(subject=one, process="admission") for one in (SUBJECT, *OTHERS)]


async def begun(world, by=SECRETARY):
    content = Agenda(process="admission", unit="circle-1", body="circle.members", on=world.parts.today())
    return await agendas.begun(world.parts, Caller(by), content)


async def shown(world, agenda, by=SECRETARY):
    return await agendas.opened(world.parts, Caller(by), agenda)


async def drawn(world, agenda):
    return (await world.get(f"/meetings/{agenda}", SECRETARY, accept="text/html")).text


async def sent(world, agenda, fields, *, path=""):
    headers = world.by(SECRETARY) | {"accept": "text/html"}
    return await world.client.post(f"/meetings/{agenda}{path}", data=fields, headers=headers)


def votes_on(some):
    """The votes on some cases, by their names on an agenda."""
    return [f"{one['id']}:vote" for one in some]


def entered(world, ids, **more):
    """What the form of an agenda sends, today, with all of these on it in this order."""
    return {"order": ids, "item": ids, "occurred_on": world.parts.today().isoformat()} | more


def first(pattern, page):
    found = re.search(pattern, page.text)
    assert found is not None
    return found[1]


def hidden(page, name):
    return first(rf'name="{name}" value="([^"]*)"', page)


async def voted(world, agenda, case, **fields):
    """Open the form of a case from the agenda, and send it with what the agenda filled in."""
    page = await world.get(f"/cases/{case['id']}/steps/vote?agenda={agenda}", SECRETARY, accept="text/html")
    return page, await sent_as_opened(world, page, case, **fields)


async def sent_as_opened(world, page, case, **fields):
    """Send the form of a case as a page has it."""
    ticked = {
        name: re.findall(rf'name="{name}" value="([^"]*)"[^>]* checked', page.text)
        for name in ("attended", "wrote")
    }
    counts = {
        name: first(rf'id="{name}" name="{name}" value="(\d*)"', page)
        for name in ("eligible", "present", "written")
    }
    given = {name: hidden(page, name) for name in ("key", "head", "agenda")}
    given |= {"occurred_on": world.parts.today().isoformat(), "field.notes": "讨论情况", **ticked, **counts}
    headers = world.by(SECRETARY) | {"accept": "text/html"}
    return await world.client.post(f"/cases/{case['id']}/steps/vote", data=given | fields, headers=headers)


async def met(world, case):
    history = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    return next(
        one["data"]["meeting"] for one in history if one["type"] == "step-completed" and one["step"] == "vote"
    )


async def test_cases_that_wait_for_one_body_are_one_meeting(world, three):
    (found,) = await meetings.waiting(world.parts, Caller(SECRETARY))
    assert (found.unit.id, found.body, found.process) == ("circle-1", "circle.members", "admission")
    assert {one.case for one in found.waiting} == {one["id"] for one in three}
    assert await meetings.waiting(world.parts, Caller(NOBODY)) == ()
    assert await meetings.waiting(world.parts, Caller(SECRETARY), unit="circle-2") == ()


async def test_meetings_take_as_many_questions_for_many_cases_and_units_as_for_one(world):
    async def asked():
        with counted() as sent:
            found = await meetings.waiting(world.parts, Caller(SECRETARY))
        return [one.unit.id for one in found], len(sent)

    def also_in_the_other(connection):
        organisation.add_post(
            connection, id="post-2", person_id=SECRETARY, role="secretary", unit_id="circle-2", from_on=SINCE
        )

    await world.parts.database.write(also_in_the_other)
    await world.start(subject=SUBJECT, process="admission")
    units, number = await asked()
    assert units == ["circle-1"]
    await world.start(subject=NOBODY, process="admission")
    await world.start(subject=PARENT, process="admission", unit="circle-2")
    units, again = await asked()
    assert (set(units), again) == ({"circle-1", "circle-2"}, number)


async def test_every_case_that_waits_for_a_body_is_on_its_agenda_however_many_wait(world):
    names = [f"applicant-{number}" for number in range(61)]

    def enrol(connection):
        for name in names:
            add_somebody(connection, name, "候选人")
        return {name: give_token(connection, name, NOON) for name in names}

    world.tokens |= await world.parts.database.write(enrol)
    cases = {(await world.start(subject=name, process="admission"))["id"] for name in names}
    (meeting,) = await meetings.waiting(world.parts, Caller(SECRETARY))
    assert {one.case for one in meeting.waiting} == cases
    agenda = await shown(world, await begun(world))
    assert {line.item.case for line in agenda.lines if line.place} == cases


async def test_the_order_is_kept_moved_and_shortened_without_a_script(world, three):
    agenda = await begun(world)
    ids = [one.item.key for one in (await shown(world, agenda)).lines]
    fields = entered(world, ids)
    moved = await sent(world, agenda, fields | {"earlier": ids[2]})
    assert moved.headers["location"] == f"/meetings/{agenda}#item-{ids[2].replace(':', '-')}"
    after = [ids[0], ids[2], ids[1]]
    assert [one.item.key for one in (await shown(world, agenda)).lines] == after
    await sent(world, agenda, fields | {"order": after, "item": after[1:]})
    lines = (await shown(world, agenda)).lines
    assert [(one.item.key, one.place) for one in lines] == [(after[1], 1), (after[2], 2), (after[0], 0)]
    await sent(world, agenda, fields | {"order": after, "item": after[1:], "earlier": after[1]})
    assert [one.place for one in (await shown(world, agenda)).lines] == [1, 2, 0]


async def test_attendance_is_entered_once_and_each_case_is_voted_on_by_itself_in_its_place(world, three):
    agenda = await begun(world)
    ids = votes_on(three)
    fields = entered(world, ids, attended=[SECRETARY], wrote=[HOST], vote=ids[1])
    goes_on = await sent(world, agenda, fields)
    assert goes_on.headers["location"] == f"/cases/{three[1]['id']}/steps/vote?agenda={agenda}"
    page, answer = await voted(world, agenda, three[1], yes="2", no="0")
    assert "议程第2项，共3项" in page.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meetings/{agenda}")
    kept = await met(world, three[1])
    assert (kept["attended"], [one["person"] for one in kept["opinions"]]) == ([SECRETARY], [HOST])
    assert kept["agenda"] == {"item": 2, "of": 3, "added": False}
    assert (await reads(world, three[0], SECRETARY))["open_steps"][0]["step"] == "vote"
    assert [one.item.recorded for one in (await shown(world, agenda)).lines] == [False, True, False]
    assert "第2项，共3项" in await read(world, three[1], "vote.minutes")
    told = await world.get(f"/cases/{three[1]['id']}", SECRETARY, accept="text/html")
    assert "议程第2项（共3项）" in told.text
    # What was treated keeps its place, whatever is sent.
    await sent(world, agenda, fields | {"order": [ids[0], ids[2]], "item": [ids[0], ids[2]], "vote": ""})
    assert {one.item.key for one in (await shown(world, agenda)).lines if one.place} == set(ids)


async def test_what_minutes_say_stays_true_whatever_is_added_or_taken_off_after_the_first_vote(world, three):
    agenda = await begun(world)
    ids = votes_on(three)
    # The third is left out at first.
    await sent(world, agenda, entered(world, ids, item=ids[:2], attended=[SECRETARY, HOST]))
    await voted(world, agenda, three[1], yes="2")
    await sent(world, agenda, entered(world, ids, item=[ids[2]], attended=[SECRETARY, HOST]))
    lines = {one.item.key: one for one in (await shown(world, agenda)).lines}
    assert [(lines[one].place, lines[one].added) for one in ids] == [(0, False), (2, False), (3, True)]
    page, answer = await voted(world, agenda, three[2], yes="2")
    assert "议程第3项，原定2项，会上增加" in page.text
    assert answer.status_code == 303
    assert (await met(world, three[1]))["agenda"] == {"item": 2, "of": 2, "added": False}
    assert (await met(world, three[2]))["agenda"] == {"item": 3, "of": 2, "added": True}
    assert "第3项（原定2项，会上增加）" in await read(world, three[2], "vote.minutes")
    told = await world.get(f"/cases/{three[2]['id']}", SECRETARY, accept="text/html")
    assert "议程第3项（原定2项，会上增加）" in told.text
    assert "会上增加" in (await world.get(f"/meetings/{agenda}", SECRETARY, accept="text/html")).text


async def test_a_vote_that_is_sent_twice_is_recorded_once_under_its_number(world, three):
    agenda = await begun(world)
    await sent(world, agenda, entered(world, votes_on(three), attended=[SECRETARY, HOST]))
    page, first_answer = await voted(world, agenda, three[0], yes="2")
    # As though nothing had been noted on the agenda when the first answer was lost.
    content = (await shown(world, agenda)).content
    items = tuple(one.model_copy(update={"recorded": False, "place": 0}) for one in content.items)
    lost = content.model_copy(update={"items": items, "planned": 0}).model_dump_json()
    await world.parts.database.write(
        lambda c: drafts.change_draft(c, SECRETARY, "agenda", agenda, lost, world.clock())
    )
    again = await sent_as_opened(world, page, three[0], yes="2")
    assert (first_answer.status_code, again.status_code) == (303, 303)
    assert [one.place for one in (await shown(world, agenda)).lines] == [1, 2, 3]


async def test_an_agenda_that_was_read_before_a_vote_takes_back_nothing_of_it(world, three):
    agenda, ids = await begun(world), votes_on(three)
    await sent(world, agenda, entered(world, ids, attended=[SECRETARY, HOST]))
    read_before = (await shown(world, agenda)).content
    await voted(world, agenda, three[1], yes="2")
    turned = read_before.in_order(read_before.order.arranged(read_before.items[::-1]))
    await agendas.changed(world.parts, Caller(SECRETARY), agenda, turned)
    lines = {one.item.key: one for one in (await shown(world, agenda)).lines}
    assert [(lines[one].place, lines[one].item.recorded) for one in ids] == [
        (3, False),
        (2, True),
        (1, False),
    ]


async def test_the_day_of_an_agenda_stays_once_a_vote_is_recorded_under_it(world, three):
    agenda, ids = await begun(world), votes_on(three)
    today = world.parts.today()
    before, after = ((today + timedelta(days=by)).isoformat() for by in (-1, 1))
    assert (await sent(world, agenda, entered(world, ids, occurred_on=after))).status_code == 303
    assert (await sent(world, agenda, entered(world, ids, attended=[SECRETARY, HOST]))).status_code == 303
    read_before = (await shown(world, agenda)).content
    assert 'name="occurred_on"' in await drawn(world, agenda)
    await voted(world, agenda, three[1], yes="2")
    page = await drawn(world, agenda)
    assert 'name="occurred_on"' not in page
    assert "会议日期不再更改" in page
    refused = await sent(world, agenda, entered(world, ids, occurred_on=before, attended=[SECRETARY, HOST]))
    assert refused.status_code == 422
    assert "请另建议程" in refused.text
    moved = read_before.model_copy(update={"on": today + timedelta(days=1)})
    with pytest.raises(InvalidInput):
        await agendas.changed(world.parts, Caller(SECRETARY), agenda, moved)
    assert (await shown(world, agenda)).content.on == today
    assert (await sent(world, agenda, entered(world, ids, attended=[SECRETARY]))).status_code == 303


async def test_a_body_that_a_later_edition_drops_goes_on_meeting_on_its_cases(world):
    case = await world.start(subject=SUBJECT, process="admission")
    later = BY_HALF.replace("circle.members", "circle.everybody").replace(
        'version: "1"\n', 'version: "2"\nreplaces: {version: "1", on: 2099-01-01, basis: "1"}\n'
    )
    editions = (BY_HALF, later.replace("from: 2020-01-01", "from: 2099-01-01"))
    library = Library.of([read_process(one, f"{n}.yaml") for n, one in enumerate(editions)])
    world.parts = replace(world.parts, library=library)
    world.client._transport.app.state.parts = world.parts
    agenda = await begun(world)
    (found,) = await meetings.waiting(world.parts, Caller(SECRETARY))
    assert (found.body, found.title.en) == ("circle.members", "Members")
    for path in ("/meetings", f"/meetings/{agenda}"):
        page = await world.get(path, SECRETARY, accept="text/html")
        assert (page.status_code, "会员大会" in page.text) == (200, True)
    assert (await shown(world, agenda)).process.version == "1"
    assert (await shown(world, agenda)).lines[0].item.case == case["id"]


async def test_what_was_treated_stays_where_its_minutes_say_whatever_is_moved(world, three):
    agenda = await begun(world)
    ids = votes_on(three)
    fields = entered(world, ids)
    await sent(world, agenda, fields | {"attended": [SECRETARY, HOST]})
    await voted(world, agenda, three[1], yes="2")
    for moved in (
        {"earlier": ids[2]},
        {"later": ids[2]},
        {"order": [ids[0], ids[2]], "item": [ids[0], ids[2]]},
    ):
        await sent(world, agenda, fields | moved)
        assert [one.item.key for one in (await shown(world, agenda)).lines][1] == ids[1]
    await sent(world, agenda, fields | {"earlier": ids[2]})
    assert [one.item.key for one in (await shown(world, agenda)).lines] == [ids[2], ids[1], ids[0]]


@pytest.mark.parametrize(
    "days,away",
    [
        ((-1, 0, 3), (HOST,)),
        ((-9, -9, 3), (HOST,)),
        ((-9, -9, -1), ()),
        ((-1, 1, 3), ()),
        ((0, 0, 3), ()),
        ((1, 0, 3), ()),
    ],
    ids=str,
)
async def test_an_audit_knows_who_of_those_present_had_said_to_be_away(world, three, days, away):
    agenda = await begun(world)
    await sent(world, agenda, entered(world, votes_on(three), attended=[SECRETARY, HOST]))
    await voted(world, agenda, three[0], yes="2")
    said, since, until = (timedelta(days=number) for number in days)

    def known(connection):
        today, said_at = world.parts.today(), world.clock() + said
        absences.add_absence(connection, HOST, today + since, today + until, said_at)
        found = find_case(connection, world.parts.library, three[0]["id"], None)
        events = [one.event for one in events_after(connection, three[0]["id"], 0)]
        return [one.away for one in audit_facts.known_of(connection, found.process, events).values()]

    assert (await world.parts.database.write(known))[-1] == away


async def test_whoever_keeps_out_of_one_case_is_filled_in_for_the_others_alone(world, three):
    assert (await relate(world, HOST, SUBJECT, ADMIN)).status_code == 201
    agenda = await begun(world)
    ids = votes_on(three)
    await sent(world, agenda, entered(world, ids, attended=[SECRETARY, HOST]))
    _, first = await voted(world, agenda, three[0], yes="1")
    _, second = await voted(world, agenda, three[1], yes="2")
    assert (first.status_code, second.status_code) == (303, 303)
    assert ((await met(world, three[0]))["attended"], (await met(world, three[0]))["eligible"]) == (
        [SECRETARY],
        1,
    )
    assert set((await met(world, three[1]))["attended"]) == {SECRETARY, HOST}
    # He himself is offered an agenda without that case.
    (his,) = await meetings.waiting(world.parts, Caller(HOST))
    assert {one.key for one in his.waiting} == {ids[2]}


async def test_a_refused_vote_keeps_what_was_typed_and_the_place_on_the_agenda(world, three):
    agenda = await begun(world)
    await sent(world, agenda, entered(world, votes_on(three), attended=[SECRETARY, HOST]))
    _, answer = await voted(world, agenda, three[0], yes="7")
    assert answer.status_code == 422
    assert f'name="agenda" value="{agenda}"' in answer.text
    assert "议程第1项，共3项" in answer.text
    assert [one.item.recorded for one in (await shown(world, agenda)).lines] == [False, False, False]


async def test_an_agenda_is_nobody_elses_and_begins_only_where_something_waits(world, three):
    agenda = await begun(world)
    for attempt in (shown(world, agenda, HOST), agendas.discarded(world.parts, Caller(HOST), agenda)):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        await begun(world, NOBODY)
    assert (await world.get(f"/start/{agenda}", SECRETARY, accept="text/html")).status_code == 404
    # Of another's agenda a form knows nothing.
    page = await world.get(f"/cases/{three[0]['id']}/steps/vote?agenda={agenda}", HOST, accept="text/html")
    assert (page.status_code, "议程第1项" in page.text) == (200, False)
    await sent(world, agenda, {}, path="/discard")
    with pytest.raises(NotFound):
        await shown(world, agenda)


async def test_nobody_is_there_and_in_writing_on_an_agenda(world, three):
    agenda = await begun(world)
    content = (await shown(world, agenda)).content
    out = (Excluded(person=HOST, ground="abroad"),)
    for wrong in ({"attended": (HOST,), "wrote": (HOST,)}, {"wrote": (HOST,), "excluded": out}):
        with pytest.raises(InvalidInput):
            await agendas.changed(world.parts, Caller(SECRETARY), agenda, content.model_copy(update=wrong))


async def test_a_case_that_no_longer_waits_leaves_the_agenda(world, three):
    agenda = await begun(world)
    world.clock.pass_by(timedelta(minutes=1))
    gone = await reads(world, three[0], SUBJECT)
    path = f"/v1/cases/{gone['id']}/withdraw"
    assert (
        await world.post(path, SUBJECT, {"reason": "自愿"}, if_match=f'"{gone["head"]}"')
    ).status_code == 200
    lines = (await shown(world, agenda)).lines
    assert [one.place for one in lines] == [1, 2]
    assert gone["id"] not in {one.item.case for one in lines}


async def test_what_may_come_and_need_not_is_on_no_agenda_before_somebody_puts_it_there(world_on_both):
    world = admitting(world_on_both, BY_HALF + MAY_COME)
    case = await world.start(process="admission")
    (found,) = await meetings.waiting(world.parts, Caller(SECRETARY))
    assert (found.expected, {one.step for one in found.waiting}) == (1, {"vote", "again"})
    agenda = await begun(world)
    places = {one.item.step: one.place for one in (await shown(world, agenda)).lines}
    assert places == {"vote": 1, "again": 0}
    keys = [f"{case['id']}:again", f"{case['id']}:vote"]
    await sent(world, agenda, entered(world, keys))
    _, answer = await voted(world, agenda, case, present="2", yes="2")
    assert answer.status_code == 303
    assert (await met(world, case))["agenda"] == {"item": 2, "of": 2, "added": False}
    assert {one.item.step: one.item.recorded for one in (await shown(world, agenda)).lines} == {
        "again": False,
        "vote": True,
    }
