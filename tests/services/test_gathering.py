"""When a workflow is told: after a moment when it is quiet, several acts together when it is not."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import pytest

from services.gathering import CROWDED, ENOUGH, HELD, LULL, Gathering
from tests.builders import a_case

EVENTS = a_case()[1]


def busy_gathering(rests: float = 3600, together: float = 0) -> Gathering:
    """One for which any act is too much to be told at once."""
    return Gathering(quiet=0, rests=rests, together=together)


async def handed_out(gathering: Gathering, within: float = 1) -> tuple[str, int]:
    async with asyncio.timeout(within):
        case_id, untold = await gathering.next()
    return case_id, len(untold.events)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is awaited is the clock
        await asyncio.sleep(LULL / 5)


async def test_while_it_is_quiet_a_case_is_handed_out_as_soon_as_nothing_follows_for_a_moment():
    gathering = Gathering()
    gathering.add("case-1", EVENTS[:1])
    with pytest.raises(TimeoutError):
        await handed_out(gathering, within=LULL / 2)
    gathering.add("case-1", EVENTS[1:2])

    assert await handed_out(gathering) == ("case-1", 2)


async def test_while_it_is_quiet_others_who_act_keep_no_case_waiting():
    gathering = Gathering(quiet=math.inf, rests=3600)
    gathering.add("case-1", EVENTS[:1])
    told = asyncio.create_task(handed_out(gathering))
    while not told.done():
        gathering.add("case-2", EVENTS[:1])
        await asyncio.sleep(LULL / 5)

    assert await told == ("case-1", 1)


async def test_when_much_begins_to_happen_what_came_first_is_gathered_as_well():
    gathering = Gathering(quiet=10, rests=3600)
    told = asyncio.create_task(gathering.next())
    for number in range(60):
        gathering.add(f"case-{number % 12}", EVENTS[:1])
        await asyncio.sleep(0.005)
        assert not told.done()

    case_id, untold = await told
    assert (case_id, len(untold.events)) == ("case-0", 5)


async def test_in_a_lull_nobody_rests_any_longer():
    gathering = busy_gathering()
    gathering.add("case-1", EVENTS[:1])
    with pytest.raises(TimeoutError):
        await handed_out(gathering, within=LULL / 2)

    assert await handed_out(gathering) == ("case-1", 1)


async def test_under_load_a_case_rests_and_what_happens_meanwhile_is_told_with_it():
    gathering = busy_gathering(rests=0.1)
    gathering.add("case-1", EVENTS[:1])
    gathering.add("case-2", EVENTS[:1])
    gathering.add("case-1", EVENTS[1:2])
    with pytest.raises(TimeoutError):
        await handed_out(gathering, within=0.02)

    assert [await handed_out(gathering), await handed_out(gathering)] == [("case-1", 2), ("case-2", 1)]


async def test_under_load_those_who_have_rested_are_handed_out_together():
    """Others act meanwhile, so that no lull rouses anybody. By themselves they would come one by one."""
    together = 0.4
    gathering = busy_gathering(rests=0.05, together=together)
    begun = asyncio.get_running_loop().time()
    handed: list[tuple[str, int]] = []
    acts = 0

    async def take() -> None:
        while True:
            case_id, _ = await gathering.next()
            handed.append((case_id, acts))

    taking = asyncio.create_task(take())
    for acts in range(1, 41):
        gathering.add(f"case-{acts}", EVENTS[:1])
        await asyncio.sleep(0.03)
    taking.cancel()

    took = asyncio.get_running_loop().time() - begun
    assert len(handed) > 10
    assert {case_id for case_id, _ in handed} == {f"case-{number + 1}" for number in range(len(handed))}
    assert len({after for _, after in handed}) <= took / together + 1


async def test_a_case_that_is_acted_on_again_and_again_is_told_when_that_ends():
    gathering = busy_gathering()
    for _ in range(4):
        gathering.add("case-1", EVENTS[:1])
        for _ in range(8):
            gathering.add("case-2", EVENTS[:1])
            await asyncio.sleep(0.05)
    told = asyncio.create_task(gathering.next())
    for _ in range(40):
        gathering.add("case-2", EVENTS[:1])
        await asyncio.sleep(0.05)
        if told.done():
            break

    case_id, untold = await told
    assert (case_id, len(untold.events)) == ("case-1", 4)


async def test_a_lull_is_waited_for_while_much_goes_on_and_not_for_ever():
    gathering = busy_gathering()
    gathering.add("case-1", EVENTS[:1])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(LULL / 2):
            await gathering.lull(within=1)

    gathering.add("case-1", EVENTS[:1])
    async with asyncio.timeout(LULL - 0.03):
        await gathering.lull(within=0.05)


async def test_while_it_is_quiet_no_lull_is_waited_for():
    gathering = Gathering()
    gathering.add("case-1", EVENTS[:1])
    async with asyncio.timeout(0.02):
        await gathering.lull(within=1)
    assert await handed_out(gathering) == ("case-1", 1)


async def test_many_acts_a_second_are_load_and_it_fades():
    gathering = Gathering(quiet=15, rests=3600)
    for number in range(40):
        gathering.add(f"case-{number}", EVENTS[:1])
    gathering.hurry()
    for _ in range(40):
        await gathering.next()

    await asyncio.sleep(1.3)
    gathering.add("late", EVENTS[:1])
    told = asyncio.create_task(handed_out(gathering))
    while not told.done():
        await asyncio.sleep(LULL / 2)
        gathering.add("another", EVENTS[:1])
    assert await told == ("late", 1)


async def test_what_comes_while_a_case_is_told_is_handed_out_after_it():
    gathering = Gathering()
    gathering.add("case-1", EVENTS[:1])
    await handed_out(gathering)
    gathering.add("case-1", EVENTS[1:3])
    with pytest.raises(TimeoutError):
        await handed_out(gathering, within=LULL + 0.05)
    gathering.done_with("case-1")

    assert await handed_out(gathering) == ("case-1", 2)
    assert not gathering.is_empty
    gathering.done_with("case-1")
    assert gathering.is_empty


async def test_in_a_hurry_nobody_rests():
    gathering = busy_gathering()
    gathering.add("case-1", EVENTS[:1])
    gathering.hurry()

    assert await handed_out(gathering) == ("case-1", 1)


async def test_a_case_to_which_much_happened_rests_no_longer():
    gathering = busy_gathering()
    for _ in range(ENOUGH):
        gathering.add("case-1", EVENTS[:1])

    assert await handed_out(gathering) == ("case-1", ENOUGH)


async def test_beyond_what_can_be_held_events_are_left_to_the_relay():
    gathering = busy_gathering()
    gathering.add("case-1", EVENTS[:1] * HELD)
    gathering.add("case-2", EVENTS[:1])

    assert not gathering.is_busy("case-2")
    assert await handed_out(gathering) == ("case-1", HELD)
    gathering.add("case-2", EVENTS[:1])
    assert gathering.is_busy("case-2")


async def test_a_case_told_by_the_relay_is_not_handed_out_meanwhile():
    gathering = Gathering()
    assert gathering.take("case-1")
    gathering.add("case-1", EVENTS[:1])
    assert not gathering.take("case-1")
    with pytest.raises(TimeoutError):
        await handed_out(gathering, within=LULL + 0.05)
    gathering.done_with("case-1")

    assert await handed_out(gathering) == ("case-1", 1)


async def test_when_many_act_it_is_crowded_until_there_is_a_lull():
    told: list[bool] = []
    gathering = Gathering(crowded=told.append)
    for _ in range(math.floor(CROWDED)):
        gathering.add("case-1", EVENTS[:1])
    assert told == []
    for _ in range(10):
        gathering.add("case-1", EVENTS[:1])
    assert told == [True]
    await handed_out(gathering)
    await until(lambda: len(told) > 1)
    assert told == [True, False]


async def test_it_is_calm_again_after_a_crowd_that_left_nobody_resting():
    told: list[bool] = []
    gathering = Gathering(crowded=told.append)
    gathering.take("case-1")
    for _ in range(math.ceil(CROWDED) + 10):
        gathering.add("case-1", EVENTS[:1])
    await until(lambda: len(told) > 1)
    assert told == [True, False]
