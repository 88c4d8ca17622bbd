"""Of two who say something of the same person or post at the same moment the second sees what the first said.

Whoever is let in after another had the right to write finds what that one wrote: here it is written while the
second waits.
"""

import pytest

from records import (
    absences,
    closings,
    organisation,
    people_over_time,
    post_notes,
    relations,
    restrictions,
    unit_trees,
)
from records.unit_changes import Said
from tests.api.world import ADMIN, HOST, NOBODY, NOON, SECRETARY

TODAY = NOON.date()
SAID = Said(ADMIN, NOON, "另一位先办理")
BODY = {"from": TODAY.isoformat(), "reason": "办理"}


@pytest.fixture
def meanwhile(monkeypatch):
    """Have something written while somebody waits for the right to write, once."""

    def when_waiting_for(where, work):
        real = where.keep_others_out
        done: list[bool] = []

        def waited(connection, *whom):
            if not done:
                done.append(True)
                work(connection)
            real(connection, *whom)

        monkeypatch.setattr(where, "keep_others_out", waited)

    return when_waiting_for


async def test_a_post_is_given_once(world_on_both, meanwhile):
    def given(connection):
        return organisation.add_post(
            connection,
            person_id=NOBODY,
            role="host",
            unit_id="circle-1",
            from_on=TODAY,
            granted_by=ADMIN,
            granted_at=NOON,
        )

    meanwhile(post_notes, given)
    new = {"person": NOBODY, "role": "host", "unit": "circle-1", "from": TODAY.isoformat()}
    assert (await world_on_both.post("/v1/posts", ADMIN, new)).status_code == 409


@pytest.mark.parametrize(
    "where, path, new",
    [
        (post_notes, "/v1/posts", {"person": NOBODY, "role": "host", "unit": "circle-2"}),
        (unit_trees, "/v1/units", {"kind": "group", "name": "新小组", "parent": "circle-2"}),
        (unit_trees, "/v1/people", {"name": "新人", "unit": "circle-2"}),
        (
            unit_trees,
            f"/v1/people/{SECRETARY}/standings",
            BODY | {"standing": "reader", "unit": "circle-2"},
        ),
    ],
)
async def test_a_unit_takes_nothing_in_that_is_closed_meanwhile(world_on_both, meanwhile, where, path, new):
    # The first who asks on a day waits to make its picture of the tree.
    await world_on_both.get("/v1/units/circle-2", ADMIN)
    plan = closings.Plan(successor="circle-1")
    meanwhile(
        where,
        lambda c: closings.order_closing(c, "circle-2", TODAY, SAID, post=f"post-{ADMIN}", plan=plan),
    )
    assert (await world_on_both.post(path, ADMIN, new)).status_code == 422


async def test_two_standings_are_not_begun_over_one_another(world_on_both, meanwhile):
    meanwhile(
        people_over_time,
        lambda c: people_over_time.begin_standing(c, SECRETARY, "reader", "circle-1", TODAY, None, SAID),
    )
    new = BODY | {"standing": "reader", "unit": "circle-1"}
    assert (await world_on_both.post(f"/v1/people/{SECRETARY}/standings", ADMIN, new)).status_code == 409


async def test_a_restriction_is_corrected_by_one_word_after_another(world_on_both, meanwhile):
    world = world_on_both
    made = await world.parts.database.write(
        lambda c: restrictions.add_restriction(c, SECRETARY, "suspended", TODAY, None, SAID)
    )
    meanwhile(
        people_over_time,
        lambda c: restrictions.correct_restriction(c, SECRETARY, made.id, TODAY, TODAY, SAID),
    )
    path = f"/v1/people/{SECRETARY}/restrictions/{made.id}"
    answer = await world.post(path, ADMIN, BODY | {"to": TODAY.isoformat()})
    assert answer.status_code == 409, answer.text


async def test_a_relation_is_declared_once_and_ended_once(world_on_both, meanwhile):
    world, path = world_on_both, f"/v1/people/{HOST}/relations"
    new = {"relative": SECRETARY, "kind": "sibling", "source": "本人", "from": TODAY.isoformat()}

    def declared(connection):
        said = Said(HOST, NOON, None)
        return relations.add_relation(connection, HOST, SECRETARY, "sibling", TODAY, None, "本人", said)

    meanwhile(people_over_time, declared)
    assert (await world.post(path, HOST, new)).status_code == 409
    (made,) = (await world.get(path, HOST)).json()["items"] or [(await world.post(path, HOST, new)).json()]

    def ended(connection):
        return relations.end_relation(connection, HOST, made["id"], TODAY, Said(HOST, NOON, "更正"))

    meanwhile(people_over_time, ended)
    over = {"on": TODAY.isoformat(), "reason": "更正"}
    assert (await world.post(f"{path}/{made['id']}/end", HOST, over)).status_code == 409


async def test_somebody_is_back_once(world_on_both, meanwhile):
    world = world_on_both
    away = await world.parts.database.write(lambda c: absences.add_absence(c, HOST, TODAY, TODAY, NOON))
    meanwhile(post_notes, lambda c: absences.end_absence(c, away.id, TODAY, NOON))
    assert (await world.post(f"/v1/me/absences/{away.id}/end", HOST, {})).status_code == 409
