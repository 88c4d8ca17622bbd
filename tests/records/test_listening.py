"""However many pages listen, the record is asked once in three seconds."""

import asyncio

from records.listening import EVERY_S, Listening


class AskedParts:
    """A record that counts how often it is asked."""

    def __init__(self):
        self.asked = 0
        self.written = False

    async def read(self, _work):
        self.asked += 1
        await asyncio.sleep(0)
        written, self.written = self.written, False
        return written


class Hands:
    """A clock that tests turn, in seconds."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


async def test_a_hundred_pages_ask_the_record_once():
    parts, clock = AskedParts(), Hands()
    listening = Listening(parts, clock)
    for beat in range(1, 4):
        await asyncio.gather(*(listening.number() for _ in range(100)))
        assert parts.asked == beat
        clock.now += EVERY_S


async def test_the_number_is_another_one_after_something_was_written_and_only_then():
    parts, clock = AskedParts(), Hands()
    listening = Listening(parts, clock)
    first = await listening.number()
    clock.now += EVERY_S
    assert await listening.number() == first
    parts.written = True
    clock.now += EVERY_S
    changed = await listening.number()
    assert changed != first
    assert await listening.number() == changed
