"""Rights end with their last day, or at once; who said so, when and why is kept."""

from datetime import date, timedelta

from tests.api.world import ADMIN, HOST, NOBODY, PARENT, SECRETARY, add_somebody, give_token

TODAY, TOMORROW = "2025-03-10", "2025-03-11"
WHY = {"reason": "调离"}
LENT = {"post": f"post-{SECRETARY}", "substitute": NOBODY}


async def talked(world, case, by):
    return (await world.act(case, "talk", by, outcome="done")).status_code


async def someone_with_a_case(world, number):
    person = f"applicant-{number}"

    def add(connection):
        add_somebody(connection, person, "来人")
        return give_token(connection, person)

    world.tokens[person] = await world.parts.database.write(add)
    return await world.start(person)


async def test_an_end_lasts_to_the_evening_of_its_day_and_a_revocation_no_longer(world):
    cases = [await someone_with_a_case(world, number) for number in range(3)]
    assert (await world.post(f"/v1/posts/post-{SECRETARY}/end", ADMIN, {})).json()["to"] == TODAY
    assert await talked(world, cases[0], SECRETARY) == 200
    taken = await world.post(f"/v1/posts/post-{SECRETARY}/revoke", ADMIN, WHY)
    assert taken.status_code == 200, taken.text
    assert taken.json()["ended"] == {
        "last": TODAY,
        "at_once": True,
        "at": "2025-03-10T04:00:00Z",
        "by": ADMIN,
        "reason": "调离",
    }
    assert await talked(world, cases[1], SECRETARY) == 404
    assert (await world.get(f"/v1/cases/{cases[1]['id']}", SECRETARY)).status_code == 404
    assert (await world.get("/v1/me", SECRETARY)).json()["posts"] == []
    assert (await world.get("/v1/tasks/count", SECRETARY)).json()["count"] == 0


async def test_what_was_done_in_the_morning_was_done_by_right(world):
    case = await someone_with_a_case(world, 1)
    await world.post(f"/v1/posts/post-{SECRETARY}/revoke", ADMIN, WHY)
    access = f"/v1/cases/{case['id']}/access"
    now = (await world.get(f"{access}?as_of={TODAY}", PARENT)).json()["items"]
    assert SECRETARY not in [one["person"]["id"] for one in now]
    world.clock.pass_by(timedelta(days=1))
    then = (await world.get(f"{access}?as_of={TODAY}", PARENT)).json()["items"]
    assert SECRETARY in [one["person"]["id"] for one in then]
    after = (await world.get(f"{access}?as_of={TOMORROW}", PARENT)).json()["items"]
    assert SECRETARY not in [one["person"]["id"] for one in after]


async def test_a_post_that_was_taken_before_it_began_stands_in_no_other_ones_way(world):
    given = {"person": NOBODY, "role": "host", "unit": "circle-1"}
    later = (await world.post("/v1/posts", ADMIN, given | {"from": "2025-06-01"})).json()
    assert (await world.post("/v1/posts", ADMIN, given)).status_code == 409
    assert (await world.post(f"/v1/posts/{later['id']}/revoke", ADMIN, WHY)).status_code == 200
    assert (await world.post("/v1/posts", ADMIN, given)).status_code == 201


async def test_a_delegation_of_today_is_taken_back_today(world):
    case = await someone_with_a_case(world, 1)
    lent = (await world.post("/v1/delegations", SECRETARY, LENT)).json()
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 200
    back = await world.post(f"/v1/delegations/{lent['id']}/revoke", SECRETARY, WHY)
    assert (back.json()["to"], back.json()["ended"]["by"]) == (TODAY, SECRETARY)
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 404
    assert await talked(world, case, NOBODY) == 404
    assert (await world.get("/v1/me", NOBODY)).json()["delegations"] == []
    again = await world.post(f"/v1/delegations/{lent['id']}/revoke", SECRETARY, WHY)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/contradiction")


async def test_what_is_lent_with_a_post_goes_with_the_post(world):
    case = await someone_with_a_case(world, 1)
    await world.post("/v1/delegations", SECRETARY, LENT)
    await world.post(f"/v1/posts/post-{SECRETARY}/revoke", ADMIN, WHY)
    assert await talked(world, case, NOBODY) == 404


async def test_a_post_that_was_taken_is_given_again_the_same_day(world):
    case = await someone_with_a_case(world, 1)
    await world.post(f"/v1/posts/post-{SECRETARY}/revoke", ADMIN, WHY)
    post = {"person": SECRETARY, "role": "secretary", "unit": "circle-1"}
    given = await world.post("/v1/posts", ADMIN, post)
    assert (given.status_code, given.json()["granted_at"]) == (201, "2025-03-10T04:00:00Z")
    assert await talked(world, case, SECRETARY) == 200


async def test_a_post_that_has_not_begun_is_taken_before_it_begins(world):
    post = {"person": NOBODY, "role": "host", "unit": "circle-1", "from": TOMORROW}
    given = (await world.post("/v1/posts", ADMIN, post)).json()
    taken = await world.post(f"/v1/posts/{given['id']}/revoke", ADMIN, WHY)
    assert taken.json()["to"] == TODAY
    world.clock.turn_to(date(2025, 3, 11))
    assert (await world.get("/v1/me", NOBODY)).json()["posts"] == []
    assert (await world.get(f"/v1/posts?person={NOBODY}&as_of={TOMORROW}", PARENT)).json()["items"] == []


async def test_a_post_given_from_a_day_gone_by_says_when_it_was_given(world):
    post = {"person": NOBODY, "role": "host", "unit": "circle-1", "from": "2025-02-01"}
    await world.post("/v1/posts", ADMIN, post)
    listed = (await world.get(f"/v1/posts?person={NOBODY}", PARENT)).json()["items"]
    assert [(one["from"], one["granted_at"], one["granted_by"]) for one in listed] == [
        ("2025-02-01", "2025-03-10T04:00:00Z", ADMIN)
    ]


async def test_a_last_day_is_kept_with_who_set_it(world):
    ended = await world.post(f"/v1/posts/post-{HOST}/end", ADMIN, {"on": "2025-03-31", "reason": "届满"})
    said = ended.json()["ended"]
    assert (said["last"], said["at_once"], said["by"], said["reason"]) == ("2025-03-31", False, ADMIN, "届满")


async def test_nothing_is_made_to_end_on_a_day_gone_by_for_what_was_done_since_was_done_by_right(world):
    loan = {"post": f"post-{SECRETARY}", "substitute": NOBODY}
    lent = (await world.post("/v1/delegations", SECRETARY, loan)).json()
    world.clock.turn_to(date(2025, 3, 11))
    for path, by in ((f"/v1/posts/post-{HOST}", ADMIN), (f"/v1/delegations/{lent['id']}", SECRETARY)):
        refused = await world.post(f"{path}/end", by, {"on": TODAY}, accept_language="en")
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "on"), refused.text
        assert "taken at once" in refused.text
        today = await world.post(f"{path}/end", by, {"on": TOMORROW})
        assert (today.status_code, today.json()["to"]) == (200, TOMORROW)


async def test_over_http_the_last_day_as_it_was_seen_guards_the_end_of_a_post_and_of_a_loan(world):
    today = world.parts.today().isoformat()
    post = {"person": NOBODY, "role": "host", "unit": "circle-1"}
    loan = {"post": f"post-{SECRETARY}", "substitute": NOBODY}
    for kind, by, new in (("posts", ADMIN, post), ("delegations", SECRETARY, loan)):
        given = await world.post(f"/v1/{kind}", by, new)
        assert given.headers["etag"] == '"none"'
        path, why = f"/v1/{kind}/{given.json()['id']}", {"reason": "届满"}
        unread = await world.post(f"{path}/end", by, why, if_match='"no day"')
        assert (unread.status_code, unread.headers["etag"]) == (412, '"none"')
        ended = await world.post(f"{path}/end", by, why, if_match='"none"')
        assert (ended.status_code, ended.headers["etag"]) == (200, f'"{today}"'), ended.text
        for again in ("end", "revoke"):
            late = await world.post(f"{path}/{again}", by, why, if_match='"none"')
            assert (late.status_code, late.json()["type"]) == (412, "/problems/words-moved")
            assert late.headers["etag"] == f'"{today}"'
        taken = await world.post(f"{path}/revoke", by, why, if_match=ended.headers["etag"])
        assert taken.status_code == 200, taken.text


async def test_whoever_does_not_say_what_he_saw_ends_a_post_whatever_its_last_day_is(world):
    post = {"person": NOBODY, "role": "host", "unit": "circle-1", "to": "2099-01-01"}
    given = (await world.post("/v1/posts", ADMIN, post)).json()
    ended = await world.post(f"/v1/posts/{given['id']}/end", ADMIN, {})
    assert ended.status_code == 200, ended.text
