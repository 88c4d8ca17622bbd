"""Makes ready what pages are drawn with, soon after a process began: nobody's first page waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Final, get_args

from jinja2 import Environment

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


def read_now() -> None:
    """Read every template in every language, so that what each was compiled to is kept: for an image."""
    for around, name in _everything():
        around.get_template(name)


async def _read_all() -> None:
    for around, name in _everything():
        await asyncio.to_thread(around.get_template, name)
        await asyncio.sleep(_PAUSE)


def _everything() -> Iterator[tuple[Environment, str]]:
    for language in get_args(Language):
        around = templates(language)
        for name in around.list_templates():
            yield around, name
