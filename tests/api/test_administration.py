"""What administrators do to the installation itself is written down, and told to whoever audits."""

import pytest

from services import accounts, second_steps, sessions
from services.administration import note_definitions
from tests.api.world import ADMIN, AUDITOR, HOST, NOBODY, NOON, PASSWORD, SECRETARY


async def told(world, person=AUDITOR):
    """Return what was done since everybody had his posts."""
    answer = await world.get("/v1/audit/administration", person)
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["items"] if one["kind"] != "post-given"]


async def test_whoever_ends_somebody_elses_sessions_is_named_beside_it(world):
    by = world.by(ADMIN)
    assert (await world.client.delete(f"/v1/people/{SECRETARY}/sessions", headers=by)).status_code == 204

    (one,) = await told(world)

    assert (one["kind"], one["by"]["id"], one["person"]["id"]) == ("sessions-ended", ADMIN, SECRETARY)
    assert one["says"] == {"all": True, "id": None}


async def test_what_is_refused_leaves_nothing(world):
    by = world.by(ADMIN)
    assert (await world.client.delete(f"/v1/people/{SECRETARY}/sessions/x", headers=by)).status_code == 404
    assert await told(world) == []


async def test_whoever_audits_nothing_is_shown_nothing(world):
    await sessions.end_of_login(world.parts, HOST, None)
    assert len(await told(world)) == 1
    assert await told(world, SECRETARY) == []
    assert await told(world, ADMIN) == []


@pytest.mark.parametrize(
    "kind, work",
    [
        ("token-made", lambda parts: accounts.issue_token(parts, HOST, "a script", days=3)),
        ("password-set", lambda parts: accounts.change_password(parts, HOST, "quite another 1 of them")),
        ("factors-forgotten", lambda parts: second_steps.forget_factors(parts, HOST)),
        ("account-shut", lambda parts: accounts.disable(parts, HOST)),
        ("sessions-ended", lambda parts: sessions.end_of_login(parts, HOST, None)),
    ],
)
async def test_what_a_command_does_to_a_login_is_written_down_as_done_by_none(world, kind, work):
    await work(world.parts)
    (one,) = await told(world)
    assert (one["kind"], one["by"], one["person"]["id"]) == (kind, None, HOST)
    assert PASSWORD not in str(one)
    assert "a script" not in str(one)


async def test_a_login_that_is_made_is_written_down(world):
    await accounts.add_account(world.parts, "another", NOBODY, "quite another 1 of them")
    assert [one["kind"] for one in await told(world)] == ["account-made"]


async def test_a_token_its_owner_ends_is_written_down_and_a_log_out_is_not(world):
    begun = await world.client.post("/v1/session", json={"login": SECRETARY, "password": PASSWORD})
    assert begun.status_code == 200
    token = await accounts.issue_token(world.parts, SECRETARY, "lost")
    found = (await world.client.get("/v1/sessions", headers={"authorization": f"Bearer {token}"})).json()
    # He asks with another token of his, which was made at the same moment.
    named = {
        one["kind"]: one["id"] for one in found["items"] if one["name"] == "lost" or one["kind"] == "session"
    }
    by = world.by(SECRETARY)
    assert (await world.client.delete(f"/v1/sessions/{named['token']}", headers=by)).status_code == 204
    assert [one["kind"] for one in await told(world)] == ["token-ended", "token-made"]
    assert (await world.client.delete(f"/v1/sessions/{named['session']}", headers=by)).status_code == 204
    assert len(await told(world)) == 2


async def test_a_definition_is_written_down_once_with_its_digest(world):
    def work(connection):
        return note_definitions(connection, world.parts.library, NOON.date(), NOON)

    assert world.parts.database.write_now(work) == len(list(world.parts.library))
    assert world.parts.database.write_now(work) == 0
    digests = {one["says"]["digest"] for one in await told(world)}
    assert digests == {one.digest for one in world.parts.library}


async def test_a_post_that_was_given_is_told_with_what_it_is_and_where(world):
    new = {"person": NOBODY, "role": "host", "unit": "circle-1", "from": NOON.date().isoformat()}
    answer = await world.client.post("/v1/posts", json=new, headers=world.by(ADMIN))
    assert answer.status_code == 201, answer.text

    one = (await world.get("/v1/audit/administration", AUDITOR)).json()["items"][0]

    assert (one["kind"], one["by"]["id"], one["person"]["id"]) == ("post-given", ADMIN, NOBODY)
    assert one["post"] == {"title": one["post"]["title"], "unit": {"id": "circle-1", "name": "第一读书会"}}
    assert one["says"]["post"] == answer.json()["id"]
