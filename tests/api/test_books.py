"""An organisation from a file over HTTP: within the units one administers, and never for oneself."""

import io
import zipfile

import pytest

from tests.api.world import ADMIN, HOST, SECRETARY, SUBJECT


def a_book(**sheets):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in sheets.items():
            archive.writestr(f"{name}.csv", text)
    return {"file": ("book.zip", file.getvalue())}


NEW = {
    "people": "id,name\nnew-1,新人\n",
    "standings": "person,standing,unit,from\nnew-1,guest,circle-1,2025-03-10\n",
    "posts": "id,person,role,unit,from\npost-new,new-1,host,circle-1,2025-03-10\n",
}


async def bring(world, by, dry_run=True, **sheets):
    path = f"/v1/organisation/import?dry_run={str(dry_run).lower()}"
    return await world.client.post(path, files=a_book(**sheets), headers=world.by(by))


def rules(found):
    return {(one["sheet"], one["row"], one["column"], one["rule"]) for one in found["problems"]}


async def test_an_administrator_brings_people_in_and_takes_them_out_again(world_on_both):
    world = world_on_both
    looked_at = (await bring(world, ADMIN, **NEW)).json()
    assert (looked_at["applied"], looked_at["clean"]) == (False, True)
    assert (await world.get("/v1/people/new-1", ADMIN)).status_code == 404
    assert (await bring(world, ADMIN, dry_run=False, **NEW)).json()["applied"]
    assert (await world.get("/v1/people/new-1", ADMIN)).json()["standing"] == "guest"
    post = (await world.get("/v1/posts?person=new-1", ADMIN)).json()["items"][0]
    assert post["granted_by"] == ADMIN
    taken = await world.get("/v1/organisation/export?format=csv", ADMIN)
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert "新人" in archive.read("people.csv").decode()
    again = (await bring(world, ADMIN, **{name: NEW[name] for name in ("people", "posts")})).json()
    assert {one["same"] for one in again["sheets"]} == {1}


async def test_what_is_wrong_is_listed_and_nothing_is_changed(world):
    wrong = NEW | {"posts": "person,role,unit,from\nnew-1,porter,circle-1,2025-03-10\n"}
    answer = await bring(world, ADMIN, dry_run=False, **wrong)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/book-not-clean")
    assert rules(answer.json()["found"]) == {("posts", 2, "role", "role-unknown")}
    assert (await world.get("/v1/people/new-1", ADMIN)).status_code == 404


@pytest.mark.parametrize(
    "sheets, rule",
    [
        ({"posts": f"person,role,unit,from\n{ADMIN},host,circle-1,2025-03-10\n"}, "oneself"),
        ({"people": "id,name\nnew-2,无处\n"}, "nowhere"),
        ({"people": f"id,name\n{SUBJECT},改名\n"}, "not-permitted"),
    ],
)
async def test_an_administrator_reaches_no_further_than_over_http_otherwise(world, sheets, rule):
    assert rule in {one["rule"] for one in (await bring(world, ADMIN, **sheets)).json()["problems"]}


async def test_an_administrator_of_a_part_sees_and_changes_that_part_alone(world):
    asked = {"person": HOST, "role": "admin", "unit": "circle-1"}
    assert (await world.post("/v1/posts", ADMIN, asked)).status_code == 201
    taken = await world.get("/v1/organisation/export?format=csv", HOST)
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        units = archive.read("units.csv").decode()
        people = archive.read("people.csv").decode()
    assert "circle-1" in units
    assert "group-1" in units
    assert "circle-2" not in units
    assert SECRETARY in people
    assert ADMIN not in people
    beyond = {
        "units": "id,kind,name,parent\ncircle-9,circle,新,committee-1\ncircle-2,circle,改名,committee-1\n",
        "posts": f"person,role,unit,from\n{SUBJECT},host,circle-2,2025-03-10\n",
    }
    assert rules((await bring(world, HOST, **beyond)).json()) == {
        ("units", 2, "id", "not-permitted"),
        ("units", 3, "id", "not-permitted"),
        ("posts", 2, "unit", "not-permitted"),
    }
    within = {"units": "id,kind,name,parent\ncircle-9,circle,新,circle-1\ngroup-1,group,改名,circle-1\n"}
    assert (await bring(world, HOST, dry_run=False, **within)).json()["applied"]
    assert (await world.get("/v1/units/group-1", HOST)).json()["name"] == "改名"


async def test_a_file_that_is_none_is_one_problem(world):
    answer = await world.client.post(
        "/v1/organisation/import", files={"file": ("x.xlsx", b"PK nothing")}, headers=world.by(ADMIN)
    )
    assert rules(answer.json()) == {("", 0, "", "damaged")}


async def test_problems_are_told_in_the_callers_language(world):
    answer = await world.client.post(
        "/v1/organisation/import",
        files=a_book(people="id,name\nnew-1,\n"),
        headers=world.by(ADMIN, accept_language="en"),
    )
    assert answer.json()["problems"][0]["detail"] == "This has to be filled in."
