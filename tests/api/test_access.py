"""Who may and who may not: routes by every sort of person. The whole table is tests/access/table.yaml."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from records import notifications, organisation
from tests.access.questions import ASSERTION, ATTESTATION, CODE
from tests.api.world import (
    ADMIN,
    AUDITOR,
    CHILD,
    HOST,
    NOBODY,
    PARENT,
    PASSWORD,
    SECRETARY,
    SIBLING,
    World,
    add_somebody,
    give_token,
)

WHO = ("subject", "own", "parent", "child", "sibling", "none", "auditor", "admin", "anonymous")
PEOPLE = {
    "own": SECRETARY,
    "parent": PARENT,
    "child": CHILD,
    "sibling": SIBLING,
    "none": NOBODY,
    "auditor": AUDITOR,
    "admin": ADMIN,
    "anonymous": None,
}
_numbers = count(1)


@dataclass
class Scene:
    """A case of somebody new in the first circle, and what hangs on it."""

    world: World
    subject: str
    case: dict[str, Any]
    made: dict[str, str] = field(default_factory=dict)

    def asking(self, path: str = "", body: object = None, **more: Any) -> dict[str, Any]:
        return {"path": f"/v1/cases/{self.case['id']}{path}", "json": body, **more}

    def acting(self, path: str, **body: object) -> dict[str, Any]:
        return self.asking(path, body, headers={"if-match": f'"{self.case["head"]}"'})


async def a_scene(world: World) -> Scene:
    subject = f"person-new-{next(_numbers)}"

    def add(connection):
        add_somebody(connection, subject, "新人")
        return give_token(connection, subject)

    world.tokens[subject] = await world.parts.database.write(add)
    case = await world.start(subject, fields={"letter": "请批准"})
    return Scene(world, subject, case)


async def _suspended(scene: Scene) -> None:
    suspended = await scene.world.post(
        f"/v1/cases/{scene.case['id']}/suspend", SECRETARY, {"reason": "病假"}, if_match=scene.case["head"]
    )
    scene.case = suspended.json()["case"]


async def _material(scene: Scene) -> None:
    files = {"file": ("letter.txt", b"a letter")}
    headers = scene.world.by(SECRETARY)
    answer = await scene.world.client.post("/v1/materials", files=files, headers=headers)
    scene.made["material"] = answer.json()["id"]


async def _delegation(scene: Scene) -> None:
    asked = {"post": f"post-{SECRETARY}", "substitute": NOBODY, "to": "2025-03-10"}
    answer = await scene.world.post("/v1/delegations", SECRETARY, asked)
    scene.made["delegation"] = answer.json()["id"]


async def _post_to_end(scene: Scene) -> None:
    def add(connection):
        number = f"post-new-{next(_numbers)}"
        organisation.add_post(
            connection,
            id=number,
            person_id=HOST,
            role="scribe",
            unit_id="circle-1",
            from_on=scene.world.parts.today(),
        )
        return number

    scene.made["post"] = await scene.world.parts.database.write(add)


async def _notice(scene: Scene) -> None:
    def find(connection):
        return notifications.list_notices(connection, SECRETARY).items[0].owed.id

    scene.made["notice"] = await scene.world.parts.database.read(find)


async def _nothing(scene: Scene) -> None:
    """Nothing more is needed."""


@dataclass(frozen=True)
class Row:
    """What is asked, and what each of WHO is answered."""

    ask: Callable[[Scene], dict[str, Any]]
    answers: str
    prepare: Callable[[Scene], Awaitable[None]] = _nothing


def _at(path: str, body: object = None, **more: Any) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: {"path": path, "json": body, **more}


READS_A_CASE = "200 200 200 404 404 404 200 404 401"
SIGNED_IN = "200 200 200 200 200 200 200 200 401"
EVERYBODY = "200 200 200 200 200 200 200 200 200"
ADMINS_ONLY = "403 403 403 403 403 403 403 201 401"
NOBODY_HALF_WAY = "401 401 401 401 401 401 401 401 401"
# What one comes in by is changed by people who just came in, and here all come with tokens.
NO_TOKENS = "403 403 403 403 403 403 403 403 401"
BY_SECRETARY = "422 200 403 404 404 404 403 404 401"
BY_SUBJECT = "200 422 403 404 404 404 403 404 401"

TABLE: dict[str, Row] = {
    "GET /openapi.json": Row(_at("/openapi.json"), EVERYBODY),
    "POST /v1/session": Row(_at("/v1/session", {"login": NOBODY, "password": PASSWORD}), EVERYBODY),
    "DELETE /v1/session": Row(_at("/v1/session"), "204 204 204 204 204 204 204 204 204"),
    "GET /v1/sessions": Row(_at("/v1/sessions"), SIGNED_IN),
    "DELETE /v1/sessions": Row(_at("/v1/sessions"), SIGNED_IN.replace("200", "204")),
    "DELETE /v1/sessions/{session_id}": Row(_at("/v1/sessions/of-nobody"), SIGNED_IN.replace("200", "404")),
    # Only where the installation has a provider.
    "GET /v1/session/oidc": Row(_at("/v1/session/oidc"), EVERYBODY.replace("200", "404")),
    "GET /v1/session/oidc/callback": Row(_at("/v1/session/oidc/callback"), EVERYBODY.replace("200", "404")),
    "POST /v1/session/code": Row(_at("/v1/session/code", CODE), NOBODY_HALF_WAY),
    "POST /v1/session/recovery": Row(_at("/v1/session/recovery", CODE), NOBODY_HALF_WAY),
    "POST /v1/session/passkey/options": Row(_at("/v1/session/passkey/options"), EVERYBODY),
    "POST /v1/session/passkey": Row(_at("/v1/session/passkey", ASSERTION), NOBODY_HALF_WAY),
    "PUT /v1/me/password": Row(
        _at("/v1/me/password", {"password": PASSWORD, "new_password": "kettle orbit 7"}), NO_TOKENS
    ),
    "GET /v1/me/factors": Row(_at("/v1/me/factors"), NO_TOKENS),
    "POST /v1/me/code-app": Row(_at("/v1/me/code-app"), NO_TOKENS),
    "POST /v1/me/code-app/confirm": Row(_at("/v1/me/code-app/confirm", CODE), NO_TOKENS),
    "DELETE /v1/me/code-app": Row(_at("/v1/me/code-app"), NO_TOKENS),
    "POST /v1/me/recovery-codes": Row(_at("/v1/me/recovery-codes"), NO_TOKENS),
    "POST /v1/me/passkeys/options": Row(_at("/v1/me/passkeys/options"), NO_TOKENS),
    "POST /v1/me/passkeys": Row(_at("/v1/me/passkeys", {"name": "x", "credential": ATTESTATION}), NO_TOKENS),
    "DELETE /v1/me/passkeys/{passkey_id}": Row(_at("/v1/me/passkeys/none"), NO_TOKENS),
    "GET /v1/units/{unit_id}/login-policy": Row(_at("/v1/units/circle-1/login-policy"), SIGNED_IN),
    "PUT /v1/units/{unit_id}/login-policy": Row(
        _at("/v1/units/circle-1/login-policy", {"second_factor": "none"}), ADMINS_ONLY.replace("201", "200")
    ),
    "POST /v1/cases/{case_id}/disclosures": Row(
        lambda scene: scene.asking("/disclosures", {"reason": "a complaint is looked into"}),
        "403 403 403 404 404 404 201 404 401",
    ),
    "GET /v1/disclosures": Row(_at("/v1/disclosures"), SIGNED_IN),
    "GET /v1/me": Row(_at("/v1/me"), SIGNED_IN),
    "POST /v1/cases": Row(
        lambda scene: {
            "path": "/v1/cases",
            "json": {"process": "ballot", "subject": scene.subject, "unit": "circle-1"},
        },
        "201 403 403 403 403 403 403 403 401",
    ),
    "GET /v1/cases": Row(_at("/v1/cases"), SIGNED_IN),
    "GET /v1/cases/{case_id}": Row(Scene.asking, READS_A_CASE),
    "GET /v1/cases/{case_id}/history": Row(lambda scene: scene.asking("/history"), READS_A_CASE),
    "GET /v1/cases/{case_id}/explain": Row(lambda scene: scene.asking("/explain"), READS_A_CASE),
    "POST /v1/cases/{case_id}/steps/{step}": Row(
        lambda scene: scene.acting("/steps/talk", outcome="done"), BY_SECRETARY
    ),
    "POST /v1/cases/{case_id}/withdraw": Row(lambda scene: scene.acting("/withdraw"), BY_SUBJECT),
    "POST /v1/cases/{case_id}/suspend": Row(
        lambda scene: scene.acting("/suspend", reason="病假"), BY_SECRETARY
    ),
    "POST /v1/cases/{case_id}/resume": Row(lambda scene: scene.acting("/resume"), BY_SECRETARY, _suspended),
    "POST /v1/cases/{case_id}/transfer": Row(
        lambda scene: scene.acting("/transfer", to_unit="circle-2", reason="调动"), BY_SECRETARY
    ),
    "POST /v1/cases/{case_id}/correct": Row(
        lambda scene: scene.acting(
            "/correct", reason="笔误", change={"seq": 4, "path": "fields.letter", "value": "请予批准"}
        ),
        BY_SECRETARY,
    ),
    # There is nothing to migrate here, which only those are told who could do it.
    "POST /v1/cases/{case_id}/migrate": Row(
        lambda scene: scene.acting("/migrate"), "403 409 403 404 404 404 403 404 401"
    ),
    # Nothing was refused yet.
    "POST /v1/cases/{case_id}/appeal": Row(
        lambda scene: scene.acting("/appeal", reason="有新情况"), "409 409 409 404 404 404 409 404 401"
    ),
    "GET /v1/tasks": Row(_at("/v1/tasks"), SIGNED_IN),
    "GET /v1/tasks/count": Row(_at("/v1/tasks/count"), SIGNED_IN),
    "GET /v1/processes": Row(_at("/v1/processes"), SIGNED_IN),
    "POST /v1/processes/check": Row(_at("/v1/processes/check", {}), SIGNED_IN),
    "GET /v1/processes/{process_id}": Row(_at("/v1/processes/ballot"), SIGNED_IN),
    "GET /v1/processes/{process_id}/{version}": Row(_at("/v1/processes/ballot/1"), SIGNED_IN),
    "GET /v1/units": Row(_at("/v1/units"), SIGNED_IN),
    "GET /v1/units/{unit_id}": Row(_at("/v1/units/circle-1"), SIGNED_IN),
    "POST /v1/units": Row(
        _at("/v1/units", {"kind": "circle", "name": "第三读书会", "parent": "committee-1"}), ADMINS_ONLY
    ),
    "GET /v1/people": Row(_at("/v1/people"), SIGNED_IN),
    "GET /v1/people/{person_id}": Row(
        lambda scene: {"path": f"/v1/people/{scene.subject}"}, "200 200 200 404 404 404 200 200 401"
    ),
    "POST /v1/people": Row(_at("/v1/people", {"name": "新人", "unit": "circle-1"}), ADMINS_ONLY),
    "GET /v1/posts": Row(_at("/v1/posts"), SIGNED_IN),
    "POST /v1/posts": Row(
        lambda scene: {
            "path": "/v1/posts",
            "json": {"person": scene.subject, "role": "host", "unit": "circle-1"},
        },
        ADMINS_ONLY,
    ),
    "POST /v1/posts/{post_id}/end": Row(
        lambda scene: {"path": f"/v1/posts/{scene.made['post']}/end", "json": {}},
        "404 403 403 404 404 404 403 200 401",
        _post_to_end,
    ),
    "GET /v1/delegations": Row(_at("/v1/delegations"), SIGNED_IN),
    "POST /v1/delegations": Row(
        _at("/v1/delegations", {"post": f"post-{SECRETARY}", "substitute": HOST, "to": "2025-03-10"}),
        "404 201 403 404 404 404 403 201 401",
    ),
    # The substitute may hand back what was lent to him: here, the one without a post of his own.
    "POST /v1/delegations/{delegation_id}/end": Row(
        lambda scene: {"path": f"/v1/delegations/{scene.made['delegation']}/end", "json": {}},
        "404 200 404 404 404 200 404 200 401",
        _delegation,
    ),
    "POST /v1/materials": Row(
        _at("/v1/materials", files={"file": ("a.txt", b"text")}), SIGNED_IN.replace("200", "201")
    ),
    "GET /v1/materials/{material_id}": Row(
        lambda scene: {"path": f"/v1/materials/{scene.made['material']}"},
        "404 200 404 404 404 404 404 404 401",
        _material,
    ),
    "GET /v1/materials/{material_id}/content": Row(
        lambda scene: {"path": f"/v1/materials/{scene.made['material']}/content"},
        "404 200 404 404 404 404 404 404 401",
        _material,
    ),
    "GET /v1/notifications": Row(_at("/v1/notifications"), SIGNED_IN),
    "POST /v1/notifications/{notification_id}/read": Row(
        lambda scene: {"path": f"/v1/notifications/{scene.made['notice']}/read"},
        "404 204 404 404 404 404 404 404 401",
        _notice,
    ),
    "GET /healthz": Row(_at("/healthz"), EVERYBODY),
    "GET /readyz": Row(_at("/readyz"), EVERYBODY),
    # Bound to this machine, and the test's client is on it.
    "GET /metrics": Row(_at("/metrics"), EVERYBODY),
    "GET /problems": Row(_at("/problems"), EVERYBODY),
    "GET /problems/{name}": Row(_at("/problems/not-found"), EVERYBODY),
}


def test_every_row_is_of_a_route(world):
    app = world.client._transport.app
    routes = {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or ())
        if method != "HEAD"
    }
    # That every route has a row is asked of tests/access/table.yaml, which has all of them.
    assert set(TABLE) <= routes


@pytest.mark.parametrize("route", TABLE)
async def test_only_those_may_whom_the_table_lets(world, route):
    row = TABLE[route]
    method = route.partition(" ")[0]
    answered = []
    for who in WHO:
        scene = await a_scene(world)
        await row.prepare(scene)
        asked = row.ask(scene)
        person = scene.subject if who == "subject" else PEOPLE[who]
        headers = world.by(person) | asked.pop("headers", {})
        sent = {name: value for name, value in asked.items() if name != "path" and value is not None}
        answer = await world.client.request(method, asked["path"], headers=headers, **sent)
        answered.append(str(answer.status_code))
        world.client.cookies.clear()
    assert dict(zip(WHO, answered, strict=True)) == dict(zip(WHO, row.answers.split(), strict=True))


async def test_lists_and_single_reads_agree_about_what_each_person_sees(world):
    scenes = [await a_scene(world) for _ in range(3)]
    for person in (scenes[0].subject, *PEOPLE.values()):
        if person is None:
            continue
        listed = (await world.get("/v1/cases?limit=200", person)).json()["items"]
        seen = {case["id"] for case in listed}
        for scene in scenes:
            alone = await world.get(f"/v1/cases/{scene.case['id']}", person)
            assert (alone.status_code == 200) == (scene.case["id"] in seen)


async def test_lists_and_single_reads_agree_about_people(world):
    scene = await a_scene(world)
    everybody = [scene.subject, *(person for person in PEOPLE.values() if person)]
    for person in everybody:
        listed = (await world.get("/v1/people?limit=200", person)).json()["items"]
        seen = {one["id"] for one in listed}
        for other in everybody:
            alone = await world.get(f"/v1/people/{other}", person)
            assert (alone.status_code == 200) == (other in seen), (person, other)


async def test_an_auditor_is_refused_before_any_rule_is_asked(world):
    scene = await a_scene(world)
    answer = await world.act(scene.case, "talk", AUDITOR, outcome="done")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-permitted")
