"""Cut the power again and again: `python -m bench.powercut [--cuts N] [--seed N] [--plant normal]`."""

from __future__ import annotations

import argparse
import hashlib
import random
import secrets
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from bench.ending import ended
from bench.powercut.disk import Mercy
from bench.powercut.machine import Machine, NoFuse, check_fuse, problems_of, until
from bench.powercut.walking import Caller, Ledger, Power
from bench.promises import Promise, report

CALLERS = 6


@dataclass
class Found:
    """What the cuts left: lost, doubled and broken, in words; nothing of it is allowed."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    at_risk: list[int] = field(default_factory=list)
    not_driven: int = 0


def cut_again_and_again(
    machine: Machine, cuts: int, seed: int, *, callers: int = CALLERS
) -> tuple[Found, Ledger]:
    """Let people act, cut the power, look at what is left; as often as asked."""
    chance, found, ledger, power = random.Random(seed), Found(), Ledger(), Power()
    people = [Caller(power, ledger, number, seed) for number in range(callers)]
    for caller in people:
        caller.start()
    try:
        for number in track(range(cuts), description="cutting the power", disable=not sys.stderr.isatty()):
            if machine.weak and found.lost:
                break
            machine.switch_on()
            power.address = machine.told["api"]
            power.on.set()
            before, given_up_at = ledger.acts, time.monotonic() + 60
            time.sleep(chance.uniform(0.5, 2.5))
            # A cut before anything was acknowledged would prove nothing.
            while ledger.acts < before + 10 and time.monotonic() < given_up_at:
                time.sleep(chance.uniform(0, 0.05))
            mercy: Mercy = "none" if number % 2 == 0 else "some"
            found.at_risk.append(machine.cut(mercy, chance.randrange(1 << 30)))
            power.on.clear()
            look(machine, ledger, found)
        if not (machine.weak and found.lost):
            machine.switch_on()
            power.address = machine.told["api"]
            power.on.set()
            time.sleep(1)
        power.ended = True
        for caller in people:
            caller.join(30)
        if power.on.is_set():
            found.not_driven = _not_driven(machine)
    finally:
        power.ended = True
        machine.switch_off()
    look(machine, ledger, found)
    return found, ledger


def look(machine: Machine, ledger: Ledger, found: Found) -> None:
    """Compare what was acknowledged with what the disk holds now."""
    with ledger.lock:
        heads, documents = list(ledger.heads), dict(ledger.documents)
    for database in machine.databases():
        found.broken += [f"{database.name}: {problem}" for problem in problems_of(database)]
    copy = machine.folder / "looked-at"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for part in ("accede.db", "accede.db-wal"):
        if (machine.state / part).exists():
            shutil.copy(machine.state / part, copy / part)
    connection = sqlite3.connect(copy / "accede.db")
    try:
        there = {
            (case, seq): kept
            for case, seq, kept in connection.execute("SELECT case_id, seq, hash FROM events")
        }
        rows = dict(connection.execute("SELECT id, sha256 FROM materials"))
        sealed = dict(connection.execute("SELECT sha256, sealed_as FROM document_keys"))
    except sqlite3.DatabaseError as error:
        found.broken.append(str(error))
        return
    finally:
        connection.close()
    found.lost |= {f"{case} {seq}" for case, seq, kept in heads if there.get((case, seq)) != kept}
    found.lost |= {
        one
        for one, digest in documents.items()
        if rows.get(one) != digest or not _is_kept(machine, sealed.get(digest, digest))
    }
    starts = [case for case, seq in there if seq == 1]
    found.doubled |= {case for case in starts if starts.count(case) > 1}
    cases = {case for case, _, _ in heads}
    found.doubled |= {case for case in cases if _is_gappy(case, there)}


def _is_gappy(case: str, there: dict[tuple[str, int], str]) -> bool:
    seqs = sorted(seq for one, seq in there if one == case)
    return seqs != list(range(1, len(seqs) + 1))


def _is_kept(machine: Machine, name: str) -> bool:
    """Whether the store has the bytes of a document, which lie sealed by the name of their own digest."""
    found = list((machine.state / "materials").rglob(name))
    return bool(found) and hashlib.sha256(found[0].read_bytes()).hexdigest() == name


def _not_driven(machine: Machine) -> int:
    """Return the cases whose workflow does not know what the record says once all has come to rest."""

    def behind() -> int:
        with closing(sqlite3.connect(machine.disk / "accede.db", timeout=10)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM outbox WHERE driven_seq < seq").fetchone()
            return int(count)

    try:
        until(lambda: behind() == 0, 60)
    except TimeoutError:
        return behind()
    return 0


def promises(found: Found, ledger: Ledger, cuts: int) -> list[Promise]:
    """Return what is promised of the cuts, with what was found."""
    return [
        Promise("powercut.cuts", "cuts under load", len(found.at_risk), cuts, "cuts", at_most=False),
        Promise(
            "powercut.at-risk", "unsynced writes they met", sum(found.at_risk), 1, "writes", at_most=False
        ),
        Promise("powercut.acts", "acts acknowledged", ledger.acts, 1, "acts", at_most=False),
        Promise("powercut.lost", "acknowledged acts and documents lost", len(found.lost), 0, "lost"),
        Promise("powercut.doubled", "cases with a gap or a double", len(found.doubled), 0, "cases"),
        Promise("powercut.broken", "damage in the databases", len(found.broken), 0, "problems"),
        Promise("powercut.refused", "retries refused after a cut", len(ledger.refusals), 0, "requests"),
        Promise("powercut.driven", "workflows behind the record at the end", found.not_driven, 0, "cases"),
    ]


def main() -> int:
    """Run and report; 2 where this machine has no FUSE."""
    asked = argparse.ArgumentParser(prog="python -m bench.powercut", description=__doc__)
    asked.add_argument("--cuts", type=int, default=20)
    asked.add_argument("--seed", type=int, default=None, help="repeat the chances of an earlier run")
    asked.add_argument(
        "--plant", choices=["normal"], help="synchronous=NORMAL: acknowledged acts must be lost"
    )
    asked.add_argument("--prove", action="store_true", help="a run with the fault after the honest one")
    options = asked.parse_args()
    seed = secrets.randbelow(1 << 30) if options.seed is None else options.seed
    print(f"seed {seed}")
    try:
        check_fuse()
        with tempfile.TemporaryDirectory(prefix="accede-powercut-") as folder:
            first = Machine(Path(folder) / "first")
            first.prepare()
            failed = 0
            if not options.plant:
                failed = _run(
                    first.copied(Path(folder) / "honest", weak=False), options.cuts, seed, "powercut"
                )
            if options.plant or options.prove:
                print("with synchronous=NORMAL, which must lose:")
                cuts = options.cuts if options.plant else 6
                lost = _run(first.copied(Path(folder) / "weak", weak=True), cuts, seed, "powercut-normal")
                # As a proof, a run that loses is the one that succeeds.
                failed = lost if options.plant else failed or int(not lost)
            return failed
    except NoFuse as missing:
        print(f"the power cannot be cut here: {missing}", file=sys.stderr)
        return 2


def _run(machine: Machine, cuts: int, seed: int, part: str) -> int:
    found, ledger = cut_again_and_again(machine, cuts, seed)
    for problem in (*found.broken[:5], *sorted(found.lost)[:5], *ledger.refusals[:5]):
        print(f"  {problem}")
    details = {"seed": seed, "documents": len(ledger.documents), "at_risk": found.at_risk}
    return report(part, promises(found, ledger, cuts), details)


if __name__ == "__main__":
    raise SystemExit(ended(main))
