"""What takes long is counted beside the request that asked for it."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.kept_figures import KeptFigures
from services.underway import Counts, Underway

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_what_is_ready_in_time_is_returned_and_forgotten():
    counts, begun = Counts(), iter(range(10))

    async def count(underway):
        return next(begun)

    assert await counts.within_patience("a", 1, count) == 0
    assert await counts.within_patience("a", 1, count) == 1


async def test_what_takes_longer_says_how_far_it_is_and_is_begun_once():
    counts, go, begun = Counts(patience=0), asyncio.Event(), []

    async def count(underway):
        begun.append(underway)
        underway.done += 1
        await go.wait()
        return "found"

    first = await counts.within_patience("a", 5, count)
    second = await counts.within_patience("a", 5, count)
    other = await counts.within_patience("b", 5, count)
    assert isinstance(first, Underway)
    assert first is second is begun[0]
    assert other is begun[1]
    assert (second.of, second.done, second.was_told) == (5, 1, True)
    go.set()
    counts.patience = 60
    assert await counts.within_patience("a", 5, count) == "found"


async def test_whoever_asks_is_told_why_it_cannot_be_counted_and_it_is_begun_anew():
    counts, begun = Counts(), []

    async def count(underway):
        begun.append(underway)
        raise ValueError("of no use")

    for _ in range(2):
        with pytest.raises(ValueError, match="of no use"):
            await counts.within_patience("a", 1, count)
    assert len(begun) == 2


async def test_whoever_was_told_to_come_again_hears_then_what_went_wrong_and_once():
    counts, go, begun = Counts(patience=0), asyncio.Event(), []

    async def count(underway):
        begun.append(underway)
        await go.wait()
        raise ValueError("of no use")

    assert isinstance(await counts.within_patience("a", 1, count), Underway)
    go.set()
    for _ in range(5):
        await asyncio.sleep(0)
    with pytest.raises(ValueError, match="of no use"):
        await counts.within_patience("a", 1, count)
    assert len(begun) == 1
    counts.patience = 60
    with pytest.raises(ValueError, match="of no use"):
        await counts.within_patience("a", 1, count)
    assert len(begun) == 2


async def test_whoever_waits_while_it_goes_wrong_is_told_once():
    counts, go, begun = Counts(patience=0), asyncio.Event(), []

    async def count(underway):
        begun.append(underway)
        await go.wait()
        raise ValueError("of no use")

    await counts.within_patience("a", 1, count)
    go.set()
    counts.patience = 60
    for _ in range(2):
        with pytest.raises(ValueError, match="of no use"):
            await counts.within_patience("a", 1, count)
    assert len(begun) == 2


async def test_what_somebody_comes_again_for_is_kept_whatever_it_weighs():
    kept, counted, told = KeptFigures(), iter(range(10)), asyncio.Event()
    keeping = kept.keeping(told.is_set)
    assert keeping.counted("a", NOW, lambda: next(counted), int) == (0, NOW)
    told.set()
    assert keeping.counted("b", NOW, lambda: next(counted), int) == (1, NOW)
    assert kept.counted("b", NOW, lambda: next(counted), int) == (1, NOW)


async def test_one_look_counts_the_same_once_and_the_next_look_anew():
    kept, counted, told = KeptFigures(), iter(range(10)), asyncio.Event()
    look = kept.keeping(told.is_set)
    assert look.counted("a", NOW, lambda: next(counted), int) == (0, NOW)
    assert look.counted("a", NOW, lambda: next(counted), int) == (0, NOW)
    assert kept.keeping(told.is_set).counted("a", NOW, lambda: next(counted), int) == (1, NOW)
    told.set()
    assert look.counted("a", NOW, lambda: next(counted), int) == (0, NOW)
    assert kept.counted("a", NOW, lambda: next(counted), int) == (0, NOW)
