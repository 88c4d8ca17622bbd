"""Makes ready what pages are drawn with, soon after a process began: nobody's first page waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, get_args

from domain.values import Language
from web.drawing import templates

_PAUSE: Final = 0.02
"""Seconds between two templates: whoever asks for something meanwhile comes first."""


@asynccontextmanager
async def getting_ready() -> AsyncIterator[None]:
    """Read every template in every language beside what happens in the block, one after the other."""
    reading = asyncio.create_task(_read_all())
    try:
        yield
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _read_all() -> None:
    for language in get_args(Language):
        around = templates(language)
        for name in around.list_templates():
            await asyncio.to_thread(around.get_template, name)
            await asyncio.sleep(_PAUSE)
