"""What readiness looks at beside the record: each look is seen to find what it looks for."""

from __future__ import annotations

import asyncio

from domain.values import Text
from services import probing
from services.connecting import connect
from services.probing import Found, Probes
from tests.mail_peer import Peer, listening
from tests.temporal_server import free_port

WELL = Found("well", Text(zh="好", en="well"))


async def test_temporal_away_degrades_and_leaves_open_whether_a_worker_runs():
    client = await connect(f"127.0.0.1:{free_port()}")
    looks = {"temporal": probing.temporal_answers(client), "worker": probing.worker_seen(client, "queue")}
    found = await Probes(looks).found()
    assert {name: one.state for name, one in found.items()} == {"temporal": "degraded", "worker": "degraded"}
    assert all(one.do is not None for one in found.values())


async def test_a_mail_server_that_greets_is_well_and_a_dead_one_degrades_without_its_address_being_told():
    async with listening(Peer()) as peer:
        assert (await probing.mail_greets(f"smtp://127.0.0.1:{peer.port}")()).state == "well"
    dead = await probing.mail_greets(f"smtp://user:hunter2@127.0.0.1:{free_port()}")()
    assert dead.state == "degraded"
    assert not any(word in str(dead) for word in ("hunter2", "127.0.0.1", "user"))


async def test_a_disk_without_room_degrades(tmp_path):
    assert (await probing.disk_has_room(tmp_path / "not" / "there")()).state == "well"
    assert (await probing.disk_has_room(tmp_path, enough=1 << 62)()).state == "degraded"


async def test_a_look_that_never_ends_is_given_up_and_holds_up_no_other():
    async def never() -> Found:
        await asyncio.Event().wait()
        return WELL

    async def at_once() -> Found:
        return WELL

    found = await Probes({"slow": never, "quick": at_once}, patience=0.05).found()
    assert {name: one.state for name, one in found.items()} == {"slow": "degraded", "quick": "well"}


async def test_who_asks_often_is_told_what_was_found_a_moment_ago():
    looked = 0
    now = 0.0

    async def look() -> Found:
        nonlocal looked
        looked += 1
        return WELL

    probes = Probes({"part": look}, kept=10, clock=lambda: now)
    for _ in range(5):
        await probes.found()
    assert looked == 1
    now = 11.0
    await probes.found()
    assert looked == 2
