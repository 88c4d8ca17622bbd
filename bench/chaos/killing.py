"""What goes wrong, when: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bench.chaos.acknowledgements import SyncedLog
from bench.chaos.asking import Tally
from bench.chaos.household import Household
from bench.chaos.processes import Program

_KILLS: Final = {
    "one-api": 20,
    "all-apis": 12,
    "one-worker": 16,
    "all-workers": 12,
    "temporal": 14,
    "database": 16,
    "everything": 10,
}
"""How often each, in proportion. `everything` is the whole machine at once, mail server and all."""
_LONGEST: Final = 60.0
"""Seconds to wait for the next acknowledged act before the next kill all the same."""
_MOODS: Final = ("busy", "silent", "refuse")


@dataclass(frozen=True)
class Plan:
    """How much is to go wrong. Times are in seconds."""

    kills: int
    gap: tuple[float, float]
    """Between two kills, at the least and at the most."""
    pauses: int
    """How often some process is stopped (SIGSTOP) for a while."""
    pause: tuple[float, float]
    moods: int
    """How often the mail server misbehaves for a while."""
    mood: tuple[float, float]


SMALL: Final = Plan(kills=25, gap=(0.2, 0.8), pauses=4, pause=(1.0, 2.0), moods=3, mood=(1.0, 2.0))
USUAL: Final = Plan(kills=25, gap=(0.8, 2.2), pauses=4, pause=(2.0, 5.0), moods=3, mood=(2.0, 5.0))
LONG: Final = Plan(kills=300, gap=(0.5, 3.0), pauses=14, pause=(5.0, 60.0), moods=20, mood=(5.0, 25.0))


@dataclass
class Killer:
    """Carries out a plan on a household, and writes down each fault before it happens."""

    household: Household
    log: SyncedLog
    seed: int
    tally: Tally
    done: Counter[str] = field(default_factory=Counter)

    async def carry_out(self, plan: Plan) -> None:
        """Do everything the plan says; returns when the last fault is over."""
        length = sum(plan.gap) / 2 * plan.kills
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill_all_along(plan))
            group.create_task(self._pause_all_along(plan, length))
            group.create_task(self._upset_the_mail_all_along(plan, length))

    async def down(self, kinds: Sequence[str], seconds: float) -> None:
        """Kill all programs of some kinds and keep them down for a while."""
        hit = [program for kind in kinds for program in self.household.named(kind)]
        self._note("down", "+".join(kinds), seconds=seconds)
        for program in hit:
            program.held_back = True
            program.send(signal.SIGKILL)
        await asyncio.sleep(seconds)
        for program in hit:
            program.held_back = False
        self._note("back", "+".join(kinds))

    async def _kill_all_along(self, plan: Plan) -> None:
        chance = random.Random(f"{self.seed}/kills")
        kinds = [kind for kind in _KILLS if kind != "database" or self.household.named("database")]
        weights = [_KILLS[kind] for kind in kinds]
        for number in range(plan.kills):
            await asyncio.sleep(chance.uniform(*plan.gap))
            # The first round hits each kind once, so that a short run leaves none out.
            kind = kinds[number] if number < len(kinds) else chance.choices(kinds, weights)[0]
            hit = self._hit_by(kind, chance)
            self._note("kill", kind)
            for program in hit:
                program.send(signal.SIGKILL)
            await self._until_acknowledged_again()

    async def _until_acknowledged_again(self) -> None:
        """Wait for an act that was sent after this moment, so that each kill hits something that works."""
        now = time.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                while self.tally.newest < now:  # noqa: ASYNC110 - set by many callers
                    await asyncio.sleep(0.05)

    async def _pause_all_along(self, plan: Plan, length: float) -> None:
        chance = random.Random(f"{self.seed}/pauses")
        names = sorted(name for name in self.household.programs if name != "mail")
        for number in range(plan.pauses):
            await asyncio.sleep(chance.uniform(0, 2) * max(0.0, length / plan.pauses - sum(plan.pause) / 2))
            program = self.household.programs[names[number % len(names)]]
            seconds = chance.uniform(*plan.pause)
            self._note("pause", program.name, seconds=seconds)
            pid = program.send(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            # Somebody may have killed it meanwhile, and it is another process now.
            if program.pid == pid:
                program.send(signal.SIGCONT)

    async def _upset_the_mail_all_along(self, plan: Plan, length: float) -> None:
        chance = random.Random(f"{self.seed}/moods")
        for number in range(plan.moods):
            await asyncio.sleep(chance.uniform(0, 2) * max(0.0, length / plan.moods - sum(plan.mood) / 2))
            mood = _MOODS[number % len(_MOODS)]
            seconds = chance.uniform(*plan.mood)
            if mood == "refuse":
                await self.down(["mail"], seconds)
                continue
            self._note("mail", mood, seconds=seconds)
            self.household.mood.write_text(mood, "utf-8")
            await asyncio.sleep(seconds)
            self.household.mood.write_text("well", "utf-8")

    def _hit_by(self, kind: str, chance: random.Random) -> list[Program]:
        if kind == "everything":
            return list(self.household.programs.values())
        number, _, what = kind.rpartition("-")
        programs = self.household.named(what.removesuffix("s"))
        return [chance.choice(programs)] if number == "one" else programs

    def _note(self, fault: str, what: str, **more: float) -> None:
        self.done[fault] += 1
        self.log.write(fault=fault, what=what, **more)
