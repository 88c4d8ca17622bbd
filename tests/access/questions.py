"""How each row of the table is asked: one request of one caller, and what is used up where it succeeds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from records import absences, accounts, session_lists
from tests.access.places import FAR, FARMER, KEEPER, OWN, TODAY, YESTERDAY, person_of
from tests.access.scenes import INTRODUCER, SUBJECT, Scene
from tests.access.table import Caller
from tests.api.world import NOON, PASSWORD


@dataclass(frozen=True)
class Asked:
    """One request. `uses` names what has to be made anew once it succeeded."""

    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Any = None
    uses: tuple[str, ...] = ()


Question = Callable[[Scene, Caller], Awaitable[Asked]]


def plain(path: str, body: Any = None, **more: Any) -> Question:
    """Ask for something that is always there."""

    async def ask(scene: Scene, caller: Caller) -> Asked:
        return Asked(path, body, **more)

    return ask


def about(kind: str, path: str, body: Any = None) -> Question:
    """Ask about something that has to be made first, by its id; it is used up by a body."""

    async def ask(scene: Scene, caller: Caller) -> Asked:
        it = await scene.made_of(kind)
        name = it if isinstance(it, str) else it["id"]
        return Asked(path.format(name), body, uses=() if body is None else (kind,))

    return ask


def after_a_checkpoint(path: str) -> Question:
    """Ask for what is there once something was recorded and signed."""

    async def ask(scene: Scene, caller: Caller) -> Asked:
        await scene.made_of("case")
        assert scene.parts.notary is not None
        await scene.parts.notary.make()
        return Asked(path)

    return ask


def acting(kind: str, path: str, **body: Any) -> Question:
    """Act on a case of some kind, on its present head; `answers` names the key for its proposal."""

    async def ask(scene: Scene, caller: Caller) -> Asked:
        case = await scene.made_of(kind)
        said = {name: value for name, value in body.items() if name != "answers"}
        if "answers" in body:
            said[body["answers"]] = case["proposals"][0]["seq"]
        return Asked(f"/v1/cases/{case['id']}/{path}", said, {"if-match": f'"{case["head"]}"'}, uses=(kind,))

    return ask


async def withdrawing(scene: Scene, caller: Caller) -> Asked:
    """Withdraw the latest thing said of a case, a comment."""
    case = await scene.made_of("commented case")
    path = f"/v1/cases/{case['id']}/comments/{case['seq']}/withdraw"
    return Asked(path, {"reason": "写错了"}, uses=("commented case",))


async def logging_in(scene: Scene, caller: Caller) -> Asked:
    return Asked("/v1/session", {"login": person_of(caller), "password": PASSWORD})


def a_book(person: str) -> Any:
    """A file with somebody new in the unit of the case."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("people.csv", f"id,name\n{person},新人\n")
        archive.writestr("standings.csv", f"person,standing,unit,from\n{person},member,{OWN},{TODAY}\n")
    return {"file": ("book.zip", file.getvalue())}


async def looking_a_book_through(scene: Scene, caller: Caller) -> Asked:
    return Asked("/v1/organisation/import", files=a_book("person-looked-at"))


async def bringing_a_book_in(scene: Scene, caller: Caller) -> Asked:
    return Asked("/v1/organisation/import?dry_run=false", files=a_book(f"{person_of(caller)}-brought"))


async def logging_out(scene: Scene, caller: Caller) -> Asked:
    """With a token of its own, so that the caller keeps the one for the other questions."""
    person = person_of(caller)
    if caller.who in {"anonymous", "shut-login", "revoked-token", "ended-session"}:
        return Asked("/v1/session")
    token = await scene.parts.database.write(
        lambda connection: accounts.begin(connection, login=person, now=NOON, kind="token", lasts=None)
    )
    return Asked("/v1/session", headers={"authorization": f"Bearer {token}"})


async def ending_ones_own(scene: Scene, caller: Caller) -> Asked:
    return await _ending_of(scene, KEEPER if caller.who == "anonymous" else person_of(caller))


async def ending_of_another(scene: Scene, caller: Caller) -> Asked:
    return await _ending_of(scene, FARMER if person_of(caller) != FARMER else KEEPER)


async def _ending_of(scene: Scene, person: str) -> Asked:
    def begun(connection: Connection) -> str:
        known = session_lists.list_sessions(connection, NOON, person=person)
        if not known:
            # Of whoever has none: somebody else's, which is not asked for.
            return "none"
        accounts.begin(connection, login=person, now=NOON, kind="token", lasts=None, name="to be ended")
        after = session_lists.list_sessions(connection, NOON, person=person)
        return next(iter({one.id for one in after} - {one.id for one in known}))

    return Asked(f"/v1/sessions/{await scene.parts.database.write(begun)}")


async def renaming(scene: Scene, caller: Caller) -> Asked:
    return Asked(f"/v1/units/{OWN}/changes", {"reason": "更名", "name": f"{caller}读书会"})


async def reading_oneself(scene: Scene, caller: Caller) -> Asked:
    return Asked(f"/v1/people/{person_of(caller)}")


async def ending_all_of_the_applicant(scene: Scene, caller: Caller) -> Asked:
    return Asked(f"/v1/people/{await scene.made_of('applicant')}/sessions", uses=("applicant",))


async def listing_ones_own_as_of_another(scene: Scene, caller: Caller) -> Asked:
    return Asked(f"/v1/people/{person_of(caller)}/sessions")


async def exporting_oneself(scene: Scene, caller: Caller) -> Asked:
    return Asked(f"/v1/people/{person_of(caller)}/export")


async def coming_back(scene: Scene, caller: Caller) -> Asked:
    return await _back_from(scene, person_of(caller) if caller.who != "anonymous" else KEEPER)


async def coming_back_for_another(scene: Scene, caller: Caller) -> Asked:
    return await _back_from(scene, FARMER if person_of(caller) != FARMER else KEEPER)


async def _back_from(scene: Scene, person: str) -> Asked:
    made = await scene.parts.database.write(
        lambda connection: absences.add_absence(connection, person, TODAY, TODAY, NOON)
    )
    return Asked(f"/v1/me/absences/{made.id}/end")


async def giving_a_post(scene: Scene, caller: Caller) -> Asked:
    person = await scene.made_of("newcomer")
    return Asked("/v1/posts", {"person": person, "role": "reviewer", "unit": OWN}, uses=("newcomer",))


async def giving_oneself_a_post(scene: Scene, caller: Caller) -> Asked:
    # In the unit where he may, if anywhere: an administrator elsewhere would be refused for that alone.
    unit = {"parent": "committee-1", "child": "group-1", "sibling": "circle-2", "other-tree": FAR}
    place = unit.get(caller.place, OWN)
    return Asked("/v1/posts", {"person": person_of(caller), "role": "auditor", "unit": place})


async def lending(scene: Scene, caller: Caller) -> Asked:
    substitute = await scene.made_of("newcomer")
    asked = {"post": f"post-{KEEPER}", "substitute": substitute, "to": TODAY.isoformat()}
    return Asked("/v1/delegations", asked, uses=("newcomer",))


async def lending_ones_own(scene: Scene, caller: Caller) -> Asked:
    substitute = await scene.made_of("newcomer")
    person = person_of(caller)
    lent = caller.place == "delegated" or caller.who == "late-substitute"
    post = f"post-{person}-lender" if lent else f"post-{person}"
    return Asked("/v1/delegations", {"post": post, "substitute": substitute}, uses=("newcomer",))


async def reading_by_digest(scene: Scene, caller: Caller) -> Asked:
    await scene.made_of("case")
    document = await scene.made_of("document")
    return Asked(f"/v1/materials/{document['sha256']}")


async def reading_a_document(scene: Scene, caller: Caller) -> Asked:
    await scene.made_of("case")
    document = await scene.made_of("document")
    return Asked(f"/v1/materials/{document['id']}")


async def reading_its_content(scene: Scene, caller: Caller) -> Asked:
    asked = await reading_a_document(scene, caller)
    return Asked(f"{asked.path}/content")


CASE = "/v1/cases/{}"
STEP = "POST /v1/cases/{case_id}/steps/{step}"
LETTER = {"seq": 4, "path": "fields.letter", "value": "请予批准"}
CODE = {"code": "123456"}
WHY = {"reason": "调离"}
_DEVICE = {"id": "AAAA", "rawId": "AAAA", "type": "public-key"}
ASSERTION = _DEVICE | {
    "response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"}
}
ATTESTATION = _DEVICE | {"response": {"clientDataJSON": "e30", "attestationObject": "AAAA"}}
_NEW_UNIT = {"kind": "group", "name": "新小组"}
_NEW_PERSON = {"name": "新人"}
_PLAN = {"process": "joining", "standing": "member", "year": TODAY.year, "planned": 3, "reason": "年度计划"}
_STOOD = {"standing": "none-such", "unit": OWN, "reason": "转入"}
_BARRED = {"restriction": "none-such", "reason": "处分", "from": str(TODAY)}
_RELATED = {"relative": KEEPER, "kind": "sibling", "source": "本人报告"}

QUESTIONS: dict[str, Question] = {
    "POST /v1/session": logging_in,
    "DELETE /v1/session": logging_out,
    "GET /v1/sessions": plain("/v1/sessions"),
    "POST /v1/sessions": plain("/v1/sessions", {"name": "calendar", "days": 30}),
    "DELETE /v1/sessions": plain("/v1/sessions"),
    "DELETE /v1/sessions/{session_id}": ending_ones_own,
    "DELETE /v1/sessions/{session_id}, of somebody else": ending_of_another,
    "GET /v1/session/oidc": plain("/v1/session/oidc"),
    "GET /v1/session/oidc/callback": plain("/v1/session/oidc/callback"),
    "POST /v1/session/code": plain("/v1/session/code", CODE),
    "POST /v1/session/recovery": plain("/v1/session/recovery", CODE),
    "POST /v1/session/passkey/options": plain("/v1/session/passkey/options"),
    "POST /v1/session/passkey": plain("/v1/session/passkey", ASSERTION),
    "PUT /v1/me/password": plain("/v1/me/password", {"password": PASSWORD, "new_password": "kettle orbit 7"}),
    "GET /v1/me/factors": plain("/v1/me/factors"),
    "POST /v1/me/code-app": plain("/v1/me/code-app"),
    "POST /v1/me/code-app/confirm": plain("/v1/me/code-app/confirm", CODE),
    "DELETE /v1/me/code-app": plain("/v1/me/code-app"),
    "POST /v1/me/recovery-codes": plain("/v1/me/recovery-codes"),
    "POST /v1/me/passkeys/options": plain("/v1/me/passkeys/options"),
    "POST /v1/me/passkeys": plain("/v1/me/passkeys", {"name": "x", "credential": ATTESTATION}),
    "DELETE /v1/me/passkeys/{passkey_id}": plain("/v1/me/passkeys/none"),
    "GET /v1/units/{unit_id}/login-policy": plain(f"/v1/units/{OWN}/login-policy"),
    "PUT /v1/units/{unit_id}/login-policy": plain(f"/v1/units/{OWN}/login-policy", {"second_factor": "none"}),
    "POST /v1/cases/{case_id}/disclosures": about(
        "case", f"{CASE}/disclosures", {"reason": "a complaint is looked into"}
    ),
    "GET /v1/disclosures": plain("/v1/disclosures"),
    "GET /v1/findings": plain("/v1/findings"),
    "GET /v1/findings/{finding_id}": about("finding", "/v1/findings/{}"),
    "GET /v1/findings/{finding_id}, of a pattern over many cases": about("pattern", "/v1/findings/{}"),
    "POST /v1/findings/{finding_id}/{saying}, of a pattern over many cases": about(
        "pattern", "/v1/findings/{}/explain", {"reason": "the meeting is on that day"}
    ),
    "POST /v1/findings/{finding_id}/{saying}": about(
        "finding", "/v1/findings/{}/explain", {"reason": "the date stands on the envelope"}
    ),
    "POST /v1/findings/{finding_id}/{saying}, to dismiss it": about(
        "finding", "/v1/findings/{}/dismiss", {"reason": "no date is asked for"}
    ),
    "POST /v1/findings/{finding_id}/{saying}, to say how it was remedied": about(
        "accepted finding", "/v1/findings/{}/remedy", {"reason": "a dated letter was handed in"}
    ),
    "GET /v1/cases/{case_id}/findings": about("case", f"{CASE}/findings"),
    "POST /v1/cases/{case_id}/findings": about(
        "case", f"{CASE}/findings", {"detail": "the letter bears no date"}
    ),
    "POST /v1/cases/{case_id}/audit": about("case", f"{CASE}/audit"),
    "GET /v1/cases/{case_id}/audit": about("case", f"{CASE}/audit"),
    "GET /v1/audit/checkpoints": plain("/v1/audit/checkpoints"),
    "GET /v1/audit/checkpoints/latest": after_a_checkpoint("/v1/audit/checkpoints/latest"),
    "GET /v1/audit/patterns": plain("/v1/audit/patterns"),
    "POST /v1/audit/patterns": plain("/v1/audit/patterns"),
    "GET /v1/audit/patterns/{run}/{number}": about("look", "/v1/audit/patterns/{}/1"),
    "GET /v1/audit/fairness": plain("/v1/audit/fairness"),
    "GET /v1/audit/fairness/{form}": plain("/v1/audit/fairness/xlsx"),
    "GET /v1/audit/witness": plain("/v1/audit/witness"),
    "POST /v1/witness/add-checkpoint": plain("/v1/witness/add-checkpoint"),
    "POST /v1/witness/add-key": plain("/v1/witness/add-key"),
    "GET /v1/audit/keys": plain("/v1/audit/keys"),
    "GET /v1/audit/administration": plain("/v1/audit/administration"),
    "GET /v1/audit/leaves": plain("/v1/audit/leaves"),
    "GET /v1/audit/leaves/{position}": plain("/v1/audit/leaves/999999"),
    "GET /v1/audit/places": plain("/v1/audit/places"),
    "GET /v1/audit/proofs/inclusion": about("case", "/v1/audit/proofs/inclusion?case={}"),
    "GET /v1/audit/proofs/consistency": plain("/v1/audit/proofs/consistency?earlier=0&later=0"),
    "GET /v1/me": plain("/v1/me"),
    "GET /v1/me/cases": plain("/v1/me/cases"),
    "POST /v1/me/absences": plain("/v1/me/absences", {"to": str(TODAY)}),
    "POST /v1/me/absences/{absence_id}/end": coming_back,
    "POST /v1/me/absences/{absence_id}/end, of somebody else": coming_back_for_another,
    "POST /v1/cases": plain("/v1/cases", {"process": "joining", "subject": SUBJECT, "unit": OWN}),
    "GET /v1/cases": plain("/v1/cases"),
    "GET /v1/rolls": plain("/v1/rolls"),
    "GET /v1/cases/{case_id}": about("case", CASE),
    "GET /v1/cases/{case_id}, as of a past day": about("past case", f"{CASE}?as_of={YESTERDAY}"),
    "GET /v1/cases/{case_id}, while a transfer waits": about("moving case", CASE),
    "GET /v1/cases/{case_id}, of another tree": about("far case", CASE),
    "GET /v1/cases/{case_id}/access": about("case", f"{CASE}/access"),
    "GET /v1/cases/{case_id}/difference": about("case", f"{CASE}/difference?from=2024-01-01&to=2025-01-01"),
    "GET /v1/cases/{case_id}/dossier": about("case", f"{CASE}/dossier"),
    "GET /v1/cases/{case_id}/forms": about("case", f"{CASE}/forms"),
    "GET /v1/cases/{case_id}/forms/{form_id}": about("case", f"{CASE}/forms/case.way"),
    "GET /v1/cases/{case_id}/history": about("case", f"{CASE}/history"),
    "GET /v1/cases/{case_id}/plain": about("case", f"{CASE}/plain"),
    "GET /v1/cases/{case_id}/steps/{step}/roster": about("case", f"{CASE}/steps/hearing/roster"),
    "GET /v1/cases/{case_id}/explain": about("case", f"{CASE}/explain"),
    f"{STEP}, for the secretary or the deputy": acting("case", "steps/talk"),
    f"{STEP}, for the reviewer": acting("case", "steps/review", outcome="approve"),
    f"{STEP}, for the organiser": acting("case", "steps/plan"),
    f"{STEP}, for the introducer": acting("case", "steps/opinion"),
    f"{STEP}, for the subject": acting("case", "steps/statement"),
    "POST /v1/cases/{case_id}/withdraw": acting("case", "withdraw"),
    "POST /v1/cases/{case_id}/suspend": acting("case", "suspend", reason="病假"),
    "POST /v1/cases/{case_id}/resume": acting("suspended case", "resume"),
    "POST /v1/cases/{case_id}/transfer, proposed": acting(
        "leaving case", "transfer", to_unit="circle-2", reason="调动"
    ),
    "POST /v1/cases/{case_id}/transfer, confirmed": acting("moving case", "transfer", answers="confirms"),
    "POST /v1/cases/{case_id}/correct, proposed": acting("case", "correct", reason="笔误", change=LETTER),
    "POST /v1/cases/{case_id}/correct, confirmed": acting("doubted case", "correct", answers="confirms"),
    "POST /v1/cases/{case_id}/migrate": acting("case", "migrate"),
    "POST /v1/cases/{case_id}/appeal": acting("refused case", "appeal", reason="有新情况"),
    "POST /v1/cases/{case_id}/recuse": acting("case", "recuse", person=INTRODUCER, reason="亲属"),
    "GET /v1/cases/{case_id}/comments": about("commented case", "/v1/cases/{}/comments"),
    "POST /v1/cases/{case_id}/comments": about("case", "/v1/cases/{}/comments", {"text": "缺第二页"}),
    "POST /v1/cases/{case_id}/comments/{seq}/withdraw": withdrawing,
    "GET /v1/tasks": plain("/v1/tasks"),
    "GET /v1/tasks/count": plain("/v1/tasks/count"),
    "GET /v1/staffing": plain(f"/v1/staffing?unit={OWN}"),
    "GET /v1/stats/funnel": plain("/v1/stats/funnel"),
    "GET /v1/stats/stages": plain("/v1/stats/stages"),
    "GET /v1/stats/deadlines": plain("/v1/stats/deadlines"),
    "GET /v1/stats/workload": plain("/v1/stats/workload"),
    "GET /v1/stats/admissions": plain("/v1/stats/admissions"),
    "GET /v1/processes": plain("/v1/processes"),
    "POST /v1/processes/check": plain("/v1/processes/check", {}),
    "GET /v1/processes/{process_id}": plain("/v1/processes/joining"),
    "GET /v1/processes/{process_id}/{version}": plain("/v1/processes/joining/1"),
    "GET /v1/units": plain("/v1/units"),
    "GET /v1/units/difference": plain("/v1/units/difference?from=2020-01-01&to=2025-01-01"),
    "GET /v1/units/{unit_id}": plain(f"/v1/units/{OWN}"),
    "POST /v1/units": plain("/v1/units", _NEW_UNIT | {"parent": OWN}),
    "POST /v1/units, in another tree": plain("/v1/units", _NEW_UNIT | {"parent": FAR}),
    "GET /v1/units/{unit_id}/changes": plain(f"/v1/units/{OWN}/changes"),
    "POST /v1/units/{unit_id}/changes": renaming,
    "GET /v1/units/{unit_id}/plans": plain(f"/v1/units/{OWN}/plans"),
    "POST /v1/units/{unit_id}/plans": plain(f"/v1/units/{OWN}/plans", _PLAN),
    "GET /v1/units/{unit_id}/overlays": plain(f"/v1/units/{OWN}/overlays"),
    "POST /v1/units/{unit_id}/overlays": plain(
        f"/v1/units/{OWN}/overlays", {"process": "joining", "overlay": None} | WHY
    ),
    "POST /v1/units/{unit_id}/close": plain(
        f"/v1/units/{OWN}/close", {"reason": "合并", "successor": "circle-2"}
    ),
    "GET /v1/units/{unit_id}/closing": plain(f"/v1/units/{OWN}/closing"),
    "POST /v1/units/{unit_id}/closing": plain(f"/v1/units/{OWN}/closing", {}),
    "GET /v1/people": plain("/v1/people"),
    "GET /v1/people/{person_id}/export": exporting_oneself,
    "GET /v1/people/{person_id}/export, of an applicant": about("applicant", "/v1/people/{}/export"),
    "GET /v1/people/{person_id}/export/packed, of an applicant": about(
        "applicant", "/v1/people/{}/export/packed"
    ),
    "POST /v1/people/{person_id}/erasures, with an open case": about(
        "applicant", "/v1/people/{}/erasures", {"ground": "own-wish"}
    ),
    "POST /v1/erasures/{erasure_id}/confirm, that nobody asked for": plain("/v1/erasures/none/confirm", {}),
    "GET /v1/erasures": plain("/v1/erasures"),
    "GET /v1/erasures/due": plain("/v1/erasures/due"),
    "GET /v1/people/{person_id}/standings": about("applicant", "/v1/people/{}/standings"),
    "POST /v1/people/{person_id}/standings": about("applicant", "/v1/people/{}/standings", _STOOD),
    "POST /v1/people/{person_id}/standings/{standing_id}": about(
        "applicant", "/v1/people/{}/standings/none", {"reason": "更正", "from": str(TODAY)}
    ),
    "GET /v1/people/{person_id}/changes": about("applicant", "/v1/people/{}/changes"),
    "POST /v1/people/{person_id}/changes": about(
        "applicant", "/v1/people/{}/changes", {"reason": "更正", "language": "zh"}
    ),
    "GET /v1/people/{person_id}/restrictions": about("applicant", "/v1/people/{}/restrictions"),
    "POST /v1/people/{person_id}/restrictions": about("applicant", "/v1/people/{}/restrictions", _BARRED),
    "POST /v1/people/{person_id}/restrictions/{restriction_id}": about(
        "applicant", "/v1/people/{}/restrictions/none", {"reason": "更正", "from": str(TODAY)}
    ),
    "GET /v1/people/{person_id}/sessions": about("applicant", "/v1/people/{}/sessions"),
    "GET /v1/people/{person_id}/sessions, oneself": listing_ones_own_as_of_another,
    "DELETE /v1/people/{person_id}/sessions": ending_all_of_the_applicant,
    "DELETE /v1/people/{person_id}/sessions/{session_id}": about("applicant", "/v1/people/{}/sessions/none"),
    "GET /v1/people/{person_id}/relations": about("applicant", "/v1/people/{}/relations"),
    "POST /v1/people/{person_id}/relations": about("applicant", "/v1/people/{}/relations", _RELATED),
    "POST /v1/people/{person_id}/relations/{relation_id}/end": about(
        "applicant", "/v1/people/{}/relations/none/end", {"reason": "更正", "on": str(TODAY)}
    ),
    "GET /v1/people/{person_id}, the subject of a case": about("applicant", "/v1/people/{}"),
    "GET /v1/people/{person_id}, oneself": reading_oneself,
    "GET /v1/people/{person_id}, of another tree": plain(f"/v1/people/{FARMER}"),
    "POST /v1/people": plain("/v1/people", _NEW_PERSON | {"unit": OWN}),
    "POST /v1/people, in another tree": plain("/v1/people", _NEW_PERSON | {"unit": FAR}),
    "POST /v1/organisation/import": looking_a_book_through,
    "POST /v1/organisation/import, brought in": bringing_a_book_in,
    "GET /v1/organisation/export": plain("/v1/organisation/export?format=csv"),
    "GET /v1/organisation/template": plain("/v1/organisation/template"),
    "GET /v1/posts": plain("/v1/posts"),
    "POST /v1/posts": giving_a_post,
    "POST /v1/posts, to oneself": giving_oneself_a_post,
    "POST /v1/posts/{post_id}/end": about("post", "/v1/posts/{}/end", {}),
    "POST /v1/posts/{post_id}/revoke": about("post", "/v1/posts/{}/revoke", WHY),
    "GET /v1/delegations": plain("/v1/delegations"),
    "POST /v1/delegations, the post of somebody else": lending,
    "POST /v1/delegations, one's own post": lending_ones_own,
    "POST /v1/delegations/{delegation_id}/end": about("delegation", "/v1/delegations/{}/end", {}),
    "POST /v1/delegations/{delegation_id}/revoke": about("delegation", "/v1/delegations/{}/revoke", WHY),
    "POST /v1/materials": plain("/v1/materials", files={"file": ("a.txt", b"text")}),
    "GET /v1/materials/{material_id}, named by no case": about("loose document", "/v1/materials/{}"),
    "GET /v1/materials/{material_id}, of the case": reading_a_document,
    "GET /v1/materials/{material_id}, by the digest a history shows": reading_by_digest,
    "GET /v1/materials/{material_id}/content, named by no case": about(
        "loose document", "/v1/materials/{}/content"
    ),
    "GET /v1/materials/{material_id}/content, of the case": reading_its_content,
    "GET /v1/notifications": plain("/v1/notifications"),
    "POST /v1/notifications/read": plain("/v1/notifications/read", {"ids": []}),
    "GET /v1/me/notifications": plain("/v1/me/notifications"),
    "PUT /v1/me/notifications": plain("/v1/me/notifications", {"ways": {"tasks": "daily"}}),
    "POST /v1/notifications/{notification_id}/read": about("message", "/v1/notifications/{}/read", {}),
    "GET /openapi.json": plain("/openapi.json"),
    "GET /healthz": plain("/healthz"),
    "GET /readyz": plain("/readyz"),
    "GET /metrics, from this machine": plain("/metrics"),
    "GET /metrics, from another machine": plain("/metrics", headers={"x-forwarded-for": "192.0.2.1"}),
}
