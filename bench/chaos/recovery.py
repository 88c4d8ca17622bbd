"""From a kill to the next acknowledged act, and what went on while Temporal and the workers were away."""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import Any

from bench.chaos.acknowledgements import lines_of


def figures(folder: Path) -> dict[str, float]:
    """Return seconds from a kill to the next acknowledged act, p95 and worst, by what was killed.

    Only acts count that were sent after the kill: an answer on its way proves nothing. Kills while something
    was stopped (SIGSTOP) are left out: they would measure the pause.
    """
    acks = [line for line in lines_of(folder / "acknowledgements.jsonl") if line["kind"] == "ack"]
    faults = lines_of(folder / "faults.jsonl")
    acks.sort(key=lambda line: float(line["began"]))
    began = [float(line["began"]) for line in acks]
    answered = _earliest_from(acks)
    pauses = [(fault["at"], fault["at"] + fault["seconds"]) for fault in faults if fault["fault"] == "pause"]
    times: dict[str, list[float]] = {}
    for fault in faults:
        place = bisect.bisect_left(began, fault["at"])
        if fault["fault"] != "kill" or place == len(answered):
            continue
        if not any(start < answered[place] and fault["at"] < end for start, end in pauses):
            times.setdefault(fault["what"], []).append(answered[place] - fault["at"])
    found: dict[str, float] = {}
    for what, each in times.items():
        found[f"{what}_p95_s"] = round(percentile(each, 0.95), 2)
        found[f"{what}_worst_s"] = round(max(each), 2)
    return found | _while_away(acks, faults)


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of all do not exceed, the nearest there is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _earliest_from(acks: list[dict[str, Any]]) -> list[float]:
    """Return for each act, in the order they were sent, when it or a later one was first answered."""
    earliest: list[float] = []
    best = float("inf")
    for line in reversed(acks):
        best = min(best, float(line["at"]))
        earliest.append(best)
    return earliest[::-1]


def _while_away(acks: list[dict[str, Any]], faults: list[dict[str, Any]]) -> dict[str, float]:
    """Return how many acts were done while Temporal and all workers were down, and how many tried again."""
    found = {"acts_while_away": 0.0, "more_tries_while_away": 0.0}
    ends = [fault["at"] for fault in faults if fault["fault"] == "back"]
    for fault in faults:
        if fault["fault"] == "down" and fault["what"] == "temporal+worker":
            end = next((at for at in ends if at > fault["at"]), fault["at"])
            during = [line for line in acks if line["began"] >= fault["at"] and line["at"] <= end]
            found["acts_while_away"] += len(during)
            found["more_tries_while_away"] += sum(line["tries"] > 1 for line in during)
    return found
