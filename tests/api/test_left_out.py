"""Leaving somebody out of a vote from a page: the ground, and the consent and resolution it rests on."""

import re

import pytest

from services import agendas
from services.agendas import Agenda
from services.parts import Caller
from tests.api.admission import ADMISSION, admitting
from tests.api.test_forms import read
from tests.api.world import HOST, SECRETARY

AT_ONCE = {"occurred_on": "2025-03-01", "eligible": "1", "present": "1", "yes": "1", "field.notes": "讨论"}
OUT = {f"excluded.{HOST}": "abroad"}
PAPERS = ("consent", "resolution")
CONSENT, RESOLUTION = "rests:consent", "rests:resolution"


@pytest.fixture
async def world(world_on_both):
    return admitting(world_on_both, ADMISSION.replace("consent: finding", "consent: block"))


@pytest.fixture
async def case(world):
    return await world.start(process="admission")


async def sent(world, path, fields, **papers):
    page = await world.get(path, SECRETARY, accept="text/html")
    hidden = dict(re.findall(r'name="(key|head|agenda)" value="([^"]*)"', page.text))
    files = [(f"material.rests:{paper}", (f"{paper}.txt", content)) for paper, content in papers.items()]
    headers = world.by(SECRETARY) | {"accept": "text/html"}
    day = world.parts.today().isoformat()
    data = AT_ONCE | {"occurred_on": day} | hidden | fields
    return await world.client.post(path.partition("?")[0], data=data, files=files or None, headers=headers)


def kept_in(page):
    """Return what a form keeps of documents that were handed in with an earlier one."""
    return dict(re.findall(r'name="(kept\.[^"]*)" value="([^"]*)"', page.text))


async def left_out(world, case):
    history = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    done = [one for one in history if one["type"] == "step-completed" and one["step"] == "vote"]
    excluded = done[0]["data"]["meeting"]["excluded"] if done else None
    return excluded and [
        one | {paper: {key: value for key, value in (one[paper] or {}).items() if value} for paper in PAPERS}
        for one in excluded
    ]


async def test_what_leaving_out_rests_on_is_said_once_for_everybody_and_recorded(world, case):
    path = f"/cases/{case['id']}/steps/vote"
    said = {f"on.{CONSENT}": "2025-02-01", f"ref.{RESOLUTION}": " 决议 3 号 "}
    answer = await sent(world, path, OUT | said, consent=b"we consent")
    assert answer.status_code == 303
    (one,) = await left_out(world, case)
    assert (one["person"], one["ground"], one["consent"]["on"]) == (HOST, "abroad", "2025-02-01")
    assert len(one["consent"]["material"]) == 64
    assert one["resolution"] == {"ref": "决议 3 号"}


async def test_minutes_name_consent_and_resolution_of_each_one_left_out(world, case):
    path = f"/cases/{case['id']}/steps/vote"
    said = {f"on.{CONSENT}": "2025-02-01", f"ref.{CONSENT}": "教党〔2025〕3号"}
    assert (await sent(world, path, OUT | said, consent=b"we consent")).status_code == 303
    (one,) = await left_out(world, case)
    digest = one["consent"]["material"][:16]
    printed = await read(world, case, "vote.minutes")
    whole = "出国2025年2月1日教党〔2025〕3号材料指纹：" + digest + "未注明"
    assert "不计入应到人数的依据" in printed
    assert whole in "".join(printed.split()), printed
    english = "".join((await read(world, case, "vote.minutes", language="en")).split())
    assert "Abroad1February2025教党〔2025〕3号fingerprintofthedocument:" + digest + "notnamed" in english


async def test_a_consent_that_is_not_named_is_asked_for_at_its_field_and_nothing_is_lost(world, case):
    path = f"/cases/{case['id']}/steps/vote"
    refused = await sent(world, path, OUT | {f"ref.{RESOLUTION}": "3"}, resolution=b"resolved")
    assert refused.status_code == 422
    assert f'id="{CONSENT}-fault"' in refused.text
    assert f'id="{RESOLUTION}-fault"' not in refused.text
    kept = kept_in(refused)
    assert list(kept) == [f"kept.{RESOLUTION}"]
    wrong = await sent(world, path, OUT | kept | {f"on.{CONSENT}": "yesterday"})
    assert (wrong.status_code, f'id="on.{CONSENT}-fault"' in wrong.text) == (422, True)
    assert (await sent(world, path, OUT | kept | {f"ref.{CONSENT}": "7"})).status_code == 303
    (one,) = await left_out(world, case)
    assert (one["consent"], len(one["resolution"]["material"])) == ({"ref": "7"}, 64)


async def test_what_differs_from_one_to_another_is_asked_of_each_without_a_script(world, case):
    path = f"/cases/{case['id']}/steps/vote"
    each = await sent(world, path, OUT | {f"ref.{CONSENT}": "7", "each": "1"}, resolution=b"resolved")
    assert (each.status_code, await left_out(world, case)) == (200, None)
    assert f'name="ref.{CONSENT}:{HOST}" value="7"' in each.text
    kept = kept_in(each)
    assert list(kept) == [f"kept.{RESOLUTION}:{HOST}"]
    refused = await sent(world, path, OUT | kept)
    assert f'id="{CONSENT}:{HOST}-fault"' in refused.text
    own = {f"ref.{CONSENT}:{HOST}": "8", f"ref.{CONSENT}": "9"}
    assert (await sent(world, path, OUT | kept | own)).status_code == 303
    (one,) = await left_out(world, case)
    assert (one["consent"], len(one["resolution"]["material"])) == ({"ref": "8"}, 64)


async def test_what_leaving_out_rests_on_is_entered_once_on_an_agenda(world, case):
    content = Agenda(process="admission", unit="circle-1", body="circle.members", on=world.parts.today())
    agenda = await agendas.begun(world.parts, Caller(SECRETARY), content)
    key = f"{case['id']}:vote"
    fields = OUT | {"order": key, "item": key, "attended": SECRETARY, f"ref.{CONSENT}": "7"}
    assert (await sent(world, f"/meetings/{agenda}", fields, resolution=b"resolved")).status_code == 303
    shown = await world.get(f"/meetings/{agenda}", SECRETARY, accept="text/html")
    form = await world.get(f"/cases/{case['id']}/steps/vote?agenda={agenda}", SECRETARY, accept="text/html")
    kept = [kept_in(page) for page in (shown, form)]
    assert kept[0] == kept[1]
    assert list(kept[0]) == [f"kept.{RESOLUTION}"]
    assert f'name="ref.{CONSENT}" value="7"' in form.text
    path = f"/cases/{case['id']}/steps/vote?agenda={agenda}"
    filled = OUT | {"attended": SECRETARY, f"ref.{CONSENT}": "7"} | kept[0]
    assert (await sent(world, path, filled)).headers["location"] == f"/meetings/{agenda}"
    (one,) = await left_out(world, case)
    assert (one["consent"], len(one["resolution"]["material"])) == ({"ref": "7"}, 64)


def test_an_agenda_that_says_the_ground_alone_is_read():
    kept = {
        "process": "admission",
        "unit": "u",
        "body": "b",
        "on": "2025-03-01",
        "excluded": {HOST: "abroad"},
    }
    (one,) = Agenda.model_validate(kept).excluded
    assert (one.person, one.ground, one.consent) == (HOST, "abroad", None)
