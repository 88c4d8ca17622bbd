"""Rights are taken while they are used: once that is acknowledged, no later request is answered by them."""

import asyncio
import os

import pytest

from records import organisation
from tests.access.places import OWN
from tests.access.scenes import run
from tests.api.world import SINCE, add_somebody, give_token

ADMINISTRATOR = "person-administrator-own"
CHANGES = int(os.environ.get("REVOCATIONS", "100"))
"""A thousand with REVOCATIONS=1000."""
ALLOWED = {200, 412}
"""The case, or the answer to an act on another head than the present one, for those who see the case."""


def prepare(connection, number):
    """Somebody with a post in the unit of the case, his own or lent, and a token."""
    person = f"person-{number}"
    lent = number % 3 == 1
    holder = f"{person}-lender" if lent else person
    add_somebody(connection, holder, "任职人", ("secretary", OWN))
    if lent:
        add_somebody(connection, person, "代理人")
        organisation.add_delegation(
            connection, id=f"loan-{number}", post_id=f"post-{holder}", substitute=person, from_on=SINCE
        )
    return person, give_token(connection, person)


async def take(scene, number, person):
    """Take the right in one of three ways: the post is taken, the delegation is, the token ends."""
    if number % 3 == 2:
        return await scene.client.delete("/v1/session", headers=scene.by(person))
    what = f"posts/post-{person}" if number % 3 == 0 else f"delegations/loan-{number}"
    return await scene.post(f"/v1/{what}/revoke", ADMINISTRATOR, {"reason": "调离"})


async def ask(scene, case, person, turn):
    if turn % 2:
        return await scene.get(f"/v1/cases/{case['id']}", person)
    return await scene.post(f"/v1/cases/{case['id']}/steps/talk", person, {}, if_match="0" * 64)


async def used_and_taken(scene, case, number, person):
    """Return the statuses of requests begun before the end was acknowledged, and of those begun after."""
    before: list[int] = []
    after: list[int] = []
    used, taken = asyncio.Event(), asyncio.Event()

    async def using():
        turn = number
        while len(after) < 2:
            turn += 1
            answers = after if taken.is_set() else before
            answers.append((await ask(scene, case, person, turn)).status_code)
            used.set()

    async def taking():
        await used.wait()
        answer = await take(scene, number, person)
        assert answer.is_success, answer.text
        taken.set()

    await asyncio.gather(using(), taking())
    return before, after


@pytest.mark.parametrize("changes", [CHANGES])
def test_no_request_that_begins_after_the_acknowledgement_is_answered_by_a_right_that_ended(scene, changes):
    async def all_at_once():
        case = await scene.a_case()
        first = scene.made.get("revoked", 0)
        numbers = range(first, first + changes)
        scene.made["revoked"] = numbers.stop
        people = await scene.parts.database.write(
            lambda connection: [prepare(connection, n) for n in numbers]
        )
        scene.tokens.update(people)
        work = (
            used_and_taken(scene, case, n, person) for n, (person, _) in zip(numbers, people, strict=True)
        )
        return await asyncio.gather(*work)

    outcome = run(all_at_once())
    assert len(outcome) == changes
    assert all(set(before) & ALLOWED for before, _ in outcome)
    assert {status for _, after in outcome for status in after} <= {401, 404}
