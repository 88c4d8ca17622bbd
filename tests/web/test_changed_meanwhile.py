"""Two people change one thing: the second is told what the first did, and keeps what he typed."""

import re

from tests.api.world import ADMIN, SECRETARY, SUBJECT
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}


def seen_in(page):
    """What the hidden field of a form says that it was made from."""
    return re.findall(r'name="seen" value="([^"]*)"', page)


async def test_a_person_changed_meanwhile_is_shown_with_what_is_different_and_nothing_typed_is_lost(site):
    world = site.world
    await world.start()
    path, heads = f"/people/{SUBJECT}/change", world.by(ADMIN) | HTML
    (seen,) = seen_in((await world.client.get(path, headers=heads)).text)
    first = {"seen": seen, "name": "李新名", "language": "zh", "reason": "户口本更名"}
    assert (await world.client.post(path, data=first, headers=heads)).status_code == 303
    second = {"seen": seen, "name": "李旧名", "language": "en", "reason": "另一个理由"}
    told = await world.client.post(path, data=second, headers=heads)
    assert told.status_code == 412
    assert "→ 李新名" in told.text
    assert "户口本更名" in told.text
    assert 'value="李旧名"' in told.text
    assert "另一个理由" in told.text
    (now,) = seen_in(told.text)
    assert now != seen
    again = await world.client.post(path, data=second | {"seen": now}, headers=heads)
    assert again.status_code == 303


async def test_a_unit_changed_meanwhile_is_shown_with_what_was_said_of_it(site):
    world = site.world
    path, heads = "/units/circle-1/change", world.by(ADMIN) | HTML
    (seen,) = seen_in((await world.client.get(path, headers=heads)).text)
    first = {"seen": seen, "name": "晨读会", "reason": "更名决定"}
    assert (await world.client.post(path, data=first, headers=heads)).status_code == 303
    told = await world.client.post(
        path, data={"seen": seen, "name": "夜读会", "reason": "另一个决定"}, headers=heads
    )
    assert told.status_code == 412
    assert "在您填写期间，他人已作更改" in told.text
    assert "更名决定" in told.text
    assert 'value="夜读会"' in told.text
    (now,) = seen_in(told.text)
    sent = {"seen": now, "name": "夜读会", "reason": "另一个决定"}
    assert (await world.client.post(path, data=sent, headers=heads)).status_code == 303


async def test_a_post_that_somebody_ended_meanwhile_is_not_ended_on_another_day_unseen(site):
    world = site.world
    posts = (await world.get("/v1/posts?unit=circle-1", ADMIN)).json()["items"]
    post = next(one for one in posts if one["to"] is None and one["person"]["id"] != ADMIN)
    path, heads = f"/people/{post['person']['id']}/posts/end", world.by(ADMIN) | HTML
    today = world.parts.today().isoformat()
    sent = {"post": post["id"], "seen": "none", "when": "on", "on": today, "reason": "届满"}
    assert (await world.client.post(path, data=sent, headers=heads)).status_code == 303
    told = await world.client.post(path, data=sent | {"reason": "调动"}, headers=heads)
    assert told.status_code == 412


async def test_over_http_the_etag_of_what_was_said_guards_a_change_where_it_is_named(site):
    world = site.world
    await world.start()
    for path, change in (
        (f"/v1/people/{SUBJECT}/changes", {"reason": "r", "name": "甲"}),
        ("/v1/units/circle-1/changes", {"reason": "r", "name": "甲会"}),
    ):
        etag = (await world.get(path, ADMIN)).headers["etag"]
        made = await world.post(path, ADMIN, change, if_match=etag)
        assert made.status_code == 201, made.text
        late = await world.post(path, ADMIN, change | {"name": "乙"}, if_match=etag)
        assert (late.status_code, late.json()["type"]) == (412, "/problems/words-moved")
        now = (await world.get(path, ADMIN)).headers["etag"]
        assert late.headers["etag"] == now != etag
        unread = await world.post(path, ADMIN, change | {"name": "丙"}, if_match='"no number"')
        assert unread.status_code == 412
        unguarded = await world.post(path, ADMIN, change | {"name": "丁"})
        assert unguarded.status_code == 201


async def test_who_does_what_somebody_else_has_done_is_told_so_and_shown_what_he_wrote(site):
    world = site.world
    case = await world.start()
    path, heads = f"/cases/{case['id']}/steps/talk", world.by(SECRETARY) | HTML
    sent = {"head": case["head"], "occurred_on": case["opened_on"], "outcome": "done", "reason": "先写的话"}
    assert (await world.client.post(path, data=sent, headers=heads)).status_code == 303
    told = await world.client.post(path, data=sent | {"reason": "后写的话"}, headers=heads)
    assert told.status_code == 412
    assert "本环节已不再开启，因此您的填写没有登记" in told.text
    assert re.search(r"<dt>理由或说明</dt><dd[^>]*>后写的话</dd>", told.text)
    assert "确认无误后请再次提交" not in told.text


async def test_who_does_a_step_that_is_still_open_keeps_his_form(site):
    world = site.world
    case = await world.start()
    path, heads = f"/cases/{case['id']}/steps/talk", world.by(SECRETARY) | HTML
    sent = {"head": "0" * 64, "occurred_on": case["opened_on"], "outcome": "done", "reason": "写下的话"}
    told = await world.client.post(path, data=sent, headers=heads)
    assert told.status_code == 412
    assert "确认无误后请再次提交" in told.text
    assert re.search(r'<textarea[^>]*name="reason"[^>]*>写下的话</textarea>', told.text)
    assert "您填写的内容</h2>" not in told.text
