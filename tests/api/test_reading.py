"""Processes, messages, problem pages and what operators look at."""

import html
import re
from dataclasses import replace

import pytest

from api.app import Door
from api.language import preferred
from api.problem_kinds import KINDS
from domain.reading import check, read_process
from domain.values import Text
from records import organisation
from services.probing import Found, Probes
from tests.api.world import BALLOT, HOST, NOBODY, SECRETARY, SINCE, SUBJECT, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names


async def test_processes_are_listed_in_the_readers_language(world):
    listed = (await world.get("/v1/processes", SUBJECT, accept_language="en")).json()["items"]
    assert [(one["id"], one["version"], one["title"], one["current"]) for one in listed] == [
        ("ballot", "1", "Ballot", True),
        ("reading-circle", "1", "Reading circle", True),
    ]
    assert listed[0]["from"] == "2020-01-01"


async def test_a_process_shows_its_stages_steps_and_the_whole_definition(world):
    shown = (await world.get("/v1/processes/reading-circle", SUBJECT)).json()
    assert [stage["title"] for stage in shown["stages"]] == ["申请", "考察"]
    talk = shown["stages"][0]["steps"][1]
    assert (talk["id"], talk["kind"], talk["by"], talk["after"]) == (
        "talk",
        "record",
        ["circle.secretary"],
        ["apply"],
    )
    assert shown["definition"]["stages"][0]["steps"][1]["due"][0]["within"] == "P1M"


async def test_a_definition_read_back_from_yaml_has_the_same_digest(world):
    for process in world.parts.library:
        answer = await world.get(f"/v1/processes/{process.process}/{process.version}?format=yaml", SUBJECT)
        assert answer.headers["content-type"].startswith("application/yaml")
        assert read_process(answer.text, "again.yaml").digest == process.digest


async def test_a_flow_chart_links_each_step_to_the_next(world):
    chart = (await world.get("/v1/processes/ballot?format=mermaid", SUBJECT)).text
    assert chart.startswith("flowchart TD\n")
    assert 's0["申请"]' in chart
    assert "s0 --> s1" in chart


@pytest.mark.parametrize(
    "path", ["/v1/processes/no-such", "/v1/processes/ballot/9", "/v1/processes/ballot/9?format=yaml"]
)
async def test_an_unknown_process_is_not_found(world, path):
    assert (await world.get(path, SUBJECT)).status_code == 404


async def test_a_sound_draft_passes_and_a_faulty_one_names_line_and_place(world):
    headers = world.by(SUBJECT, content_type="application/yaml")
    sound = await world.client.post("/v1/processes/check", content=BALLOT.encode(), headers=headers)
    assert (sound.json()["ok"], sound.json()["problems"]) == (True, [])
    broken = BALLOT.replace("starts_in: circle", "starts_in: square")
    faulty = (await world.client.post("/v1/processes/check", content=broken.encode(), headers=headers)).json()
    assert faulty["ok"] is False
    assert [(problem["line"], problem["problem"]) for problem in faulty["problems"]] == [
        (problem.line, problem.problem.zh) for problem in check(broken, "draft.yaml")
    ]


async def test_what_is_wrong_with_a_draft_is_told_in_the_language_of_who_asks(world):
    broken = BALLOT.replace("starts_in: circle", "starts_in: square").encode()

    async def first(language, draft):
        headers = world.by(SUBJECT, content_type="application/yaml", accept_language=language)
        asked = await world.client.post("/v1/processes/check", content=draft, headers=headers)
        return asked.json()["problems"][0]["problem"]

    assert await first("zh", broken) == "没有组织类别“square”"
    assert await first("en", broken) == "there is no unit kind 'square'"
    assert await first("zh", b"\xff") == "文本不是 UTF-8 编码"


async def test_before_it_is_published_a_draft_says_which_of_its_posts_nobody_holds(world):
    headers = world.by(SUBJECT, content_type="application/yaml", accept_language="en")

    async def unheld():
        asked = await world.client.post("/v1/processes/check", content=BALLOT.encode(), headers=headers)
        return asked.json()["unheld"]

    assert await unheld() == [{"who": "circle.voter", "title": "Voter"}]
    await world.parts.database.write(
        lambda c: organisation.add_post(c, person_id=NOBODY, role="voter", unit_id="circle-1", from_on=SINCE)
    )
    assert await unheld() == []


async def test_a_message_tells_the_secretary_of_a_new_task_until_it_is_read(world):
    case = await world.start()
    (message,) = (await world.get("/v1/notifications", SECRETARY)).json()["items"]
    assert (message["case"], message["kind"], message["read"]) == (case["id"], "task-opened", False)
    assert message["text"] == "请办理：谈话（张三）"
    path = f"/v1/notifications/{message['id']}/read"
    assert (await world.post(path, HOST)).status_code == 404
    assert (await world.post(path, SECRETARY)).status_code == 204
    assert (await world.post(path, SECRETARY)).status_code == 204
    assert (await world.get("/v1/notifications?unread=true", SECRETARY)).json()["items"] == []
    (read,) = (await world.get("/v1/notifications", SECRETARY, accept_language="en")).json()["items"]
    assert (read["read"], read["text"]) == (True, "To be done: Talk (张三)")


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_problem_has_a_page_in_both_languages(world, kind):
    for language in ("zh", "en"):
        page = await world.get(f"/problems/{kind}", None, accept_language=language)
        assert page.status_code == 200
        said = html.unescape(re.sub(r"</?code[^>]*>", "", page.text))
        assert KINDS[kind].title.in_language(language) in said
        assert KINDS[kind].explains.in_language(language).split("`")[0] in said
        assert "`" not in said
        assert "Accept-Language" in page.headers["vary"]
    assert kind in (await world.get("/problems", None)).text


@pytest.mark.parametrize(
    "header, language",
    [
        ("", "zh"), ("en", "en"), ("en-US,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr", "zh"),
        ("en;q=0.1, zh;q=0.9", "zh"), ("zh;q=0.1, en;q=0.9", "en"), ("en;q=0", "zh"),
        ("en;q=x", "zh"), ("*", "zh"),
        ("fr, en;q=0.5", "en"), ("en;q=inf, zh;q=nan", "en"), (";;;,,,", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_liked_best_of_the_two(header, language):
    assert preferred(header) == language


async def test_an_address_that_is_not_there_and_a_wrong_method_are_problems_too(world):
    missing = await world.get("/v1/nothing", SUBJECT)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    wrong = await world.client.put("/v1/cases", headers=world.by(SUBJECT))
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method-not-allowed")
    assert "GET" in wrong.headers["allow"]


async def test_alive_and_ready_without_temporal_which_acts_do_not_need(world):
    assert (await world.client.get("/healthz")).json() == {"status": "alive"}
    ready = await world.client.get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["degraded"]) == (200, "ready", [])
    assert set(ready.json()["parts"]) == {"record", "migrations", "outbox"}


async def test_temporal_away_degrades_and_a_database_away_is_unready(world):
    async def away():
        return Found("degraded", Text(zh="没有应答。", en="Does not answer."))

    app = world.client._transport.app
    app.state.parts = replace(world.parts, probes=Probes({"temporal": away}))
    degraded = await world.client.get("/readyz")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert degraded.json()["degraded"] == ["temporal"]


async def test_numbers_count_acts_and_refusals_and_name_nobody(world):
    case = await world.start()
    await world.act(case, "talk", HOST, outcome="done")
    text = (await world.client.get("/metrics")).text
    assert 'accede_acts_total{kind="start",outcome="recorded",process="reading-circle"}' in text
    assert 'accede_acts_total{kind="step",outcome="refused",process=""}' in text
    acting = 'method="POST",route="/v1/cases/{case_id}/steps/{step}",status="422"'
    assert f"accede_requests_total{{{acting}}}" in text
    assert 'accede_refusals_total{rule="talk.by"}' in text
    assert "accede_outbox_waiting 1.0" in text
    assert 'accede_obligations_open{kind="' in text
    assert "accede_request_seconds_bucket" in text
    assert not any(secret in text for secret in (case["id"], SUBJECT, "张三"))


async def test_numbers_are_for_this_machine_or_for_the_token_set_for_them(sqlite_database):
    world = await a_world(sqlite_database, Door(metrics_token="numbers-please"))
    assert (await world.client.get("/metrics")).status_code == 404
    wrong = {"authorization": "Bearer other"}
    assert (await world.client.get("/metrics", headers=wrong)).status_code == 404
    right = {"authorization": "Bearer numbers-please"}
    assert (await world.client.get("/metrics", headers=right)).status_code == 200
    await world.client.aclose()


async def test_numbers_are_not_for_somebody_behind_a_proxy_on_this_machine(world):
    answer = await world.client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 404


async def test_the_description_is_openapi_and_documents_problems_everywhere(world):
    document = (await world.client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "ProblemDocument" in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "4XX" in operation["responses"], (method, path)
            assert operation["summary"], (method, path)
    assert document["paths"]["/v1/cases"]["post"]["security"]
