"""Checkpoints and proofs over HTTP can be checked by whoever has nothing but them."""

from datetime import timedelta

import pytest

from domain.checkpoints import read_checkpoint
from domain.notes import VerifierKey, read_note
from domain.tree import is_consistent, leaf_hash, root_from_inclusion
from services.log_keys import rotated
from tests.api.world import AUDITOR, NOBODY, SECRETARY, SUBJECT, a_world


async def keys_of(world):
    listed = (await world.get("/v1/audit/keys", AUDITOR)).json()["items"]
    return [VerifierKey.read(one["verifier"]) for one in listed]


async def checkpointed(world):
    made = await world.parts.notary.make()
    assert made is not None
    return made


def proven(note, keys):
    return read_checkpoint(note, keys).checkpoint


async def test_every_event_of_a_history_is_proven_to_stand_in_the_log(world_on_both):
    world = world_on_both
    case = await world.start()
    await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-10")
    history = (await world.get(f"/v1/cases/{case['id']}/history", SUBJECT)).json()["items"]
    assert len(history) > 3
    for event in history:
        answer = await world.get(f"/v1/audit/proofs/inclusion?case={case['id']}&seq={event['seq']}", SUBJECT)
        shown = answer.json()
        checkpoint = proven(shown["checkpoint"]["note"], await keys_of(world))
        leaf = leaf_hash(bytes.fromhex(event["hash"]))
        path = [bytes.fromhex(node) for node in shown["path"]]
        assert root_from_inclusion(leaf, shown["position"], checkpoint.size, path) == checkpoint.root


async def test_without_a_number_the_last_event_is_proven_and_the_proof_stays(world):
    case = await world.start()
    path = f"/v1/audit/proofs/inclusion?case={case['id']}"
    first = (await world.get(path, SUBJECT)).json()
    assert first["hash"] == case["head"]
    await world.start(subject=NOBODY, by=NOBODY)
    await world.parts.notary.make()
    assert (await world.get(path, SUBJECT)).json() == first


async def test_two_checkpoints_are_proven_to_be_of_one_log(world_on_both):
    world = world_on_both
    await world.start()
    await world.parts.notary.make()
    await world.start(subject=NOBODY, by=NOBODY)
    await world.parts.notary.make()
    listed = (await world.get("/v1/audit/checkpoints", AUDITOR)).json()["items"]
    keys = await keys_of(world)
    later, earlier = (proven(one["note"], keys) for one in listed)
    assert later.size > earlier.size
    answer = await world.get(
        f"/v1/audit/proofs/consistency?earlier={earlier.size}&later={later.size}", AUDITOR
    )
    path = [bytes.fromhex(node) for node in answer.json()["path"]]
    assert is_consistent(earlier.size, earlier.root, later.size, later.root, path)


async def test_checkpoints_are_listed_page_by_page_latest_first(world):
    for subject in (SUBJECT, NOBODY, SECRETARY):
        await world.start(subject=subject, by=subject)
        await world.parts.notary.make()
    sizes, path = [], "/v1/audit/checkpoints?limit=2"
    while path:
        page = (await world.get(path, AUDITOR)).json()
        sizes += [one["size"] for one in page["items"]]
        path = page["next"] and f"/v1/audit/checkpoints?limit=2&cursor={page['next']}"
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    latest = (await world.get("/v1/audit/checkpoints/latest", AUDITOR)).json()
    assert latest["size"] == sizes[0]


async def test_an_empty_log_has_no_checkpoint(world):
    assert (await world.get("/v1/audit/checkpoints", AUDITOR)).json() == {"items": [], "next": None}
    assert (await world.get("/v1/audit/checkpoints/latest", AUDITOR)).status_code == 404


async def test_nothing_is_signed_of_a_log_in_which_nothing_stands(sqlite_database):
    world = await a_world(sqlite_database, furnished=False)
    assert world.parts.notary is not None
    assert await world.parts.notary.make() is None
    await world.client.aclose()


@pytest.mark.parametrize(
    "sizes", ["earlier=2&later=1", "earlier=0&later=99", "earlier=-1&later=0", "later=0"]
)
async def test_sizes_that_make_no_sense_are_refused(world, sizes):
    await world.start()
    await world.parts.notary.make()
    assert (await world.get(f"/v1/audit/proofs/consistency?{sizes}", AUDITOR)).status_code == 422


async def test_a_number_that_is_not_there_has_no_proof(world):
    case = await world.start()
    assert (
        await world.get(f"/v1/audit/proofs/inclusion?case={case['id']}&seq=99", SUBJECT)
    ).status_code == 404
    assert (await world.get("/v1/audit/proofs/inclusion?case=none", SUBJECT)).status_code == 404


async def test_earlier_keys_are_shown_with_their_days_and_their_checkpoints_go_on_holding(world):
    await world.start()
    first = await checkpointed(world)
    world.clock.pass_by(timedelta(days=1))
    place = world.parts.notary.place
    await world.parts.database.write(lambda c: rotated(c, place, world.clock()))
    await world.start(subject=NOBODY, by=NOBODY)
    second = await checkpointed(world)
    shown = (await world.get("/v1/audit/keys", AUDITOR)).json()["items"]
    assert [(one["id"], one["until"] is None) for one in shown] == [
        (first.key_id, False),
        (second.key_id, True),
    ]
    assert shown[0]["until"] == shown[1]["from_at"]
    keys = [VerifierKey.read(one["verifier"]) for one in shown]
    assert {proven(one.whole, keys).size for one in (first, second)} == {first.size, second.size}
    handover = shown[1]["handover"]
    assert shown[1]["verifier"] in handover
    assert read_note(handover).signed_by(keys[:1]) == (keys[0],)
