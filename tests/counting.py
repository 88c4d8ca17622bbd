"""Counts that take as long as a test wants."""

import asyncio
from contextlib import contextmanager


@contextmanager
def counting_that_waits(counts):
    """Let nothing be counted before the end of the block: whoever asks is told to come again."""
    go, patience, usual = asyncio.Event(), counts.patience, counts.within_patience

    async def within_patience(key, of, count):
        async def waits(underway):
            await go.wait()
            return await count(underway)

        return await usual(key, of, waits)

    counts.patience, counts.within_patience = 0, within_patience
    try:
        yield
    finally:
        counts.patience = patience
        del counts.within_patience
        go.set()
