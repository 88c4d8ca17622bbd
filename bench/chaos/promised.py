"""What a run promises: nothing lost, doubled, different, late or missed; and how soon things work again."""

from __future__ import annotations

from bench.chaos.running import Run, Size
from bench.promises import Promise

_NONE = {
    "lost": "acknowledged and not there",
    "doubled": "there more than once",
    "different": "there, and not as acknowledged",
    "late": "acknowledged, and not seen at once by its author",
    "missed": "duties to inform, and deadlines, that were missed",
    "stale": "workflows that do not know what is recorded",
}
_RECOVERY = {
    "all-apis": ("every API killed, to the next acknowledged act, p95", 4.0),
    "database": ("PostgreSQL killed, to the next acknowledged act, p95", 4.0),
    "temporal": ("Temporal killed, to the next acknowledged act, p95", 4.0),
    "all-workers": ("every worker killed, to the next acknowledged act, p95", 4.0),
}


def promises(run: Run, size: Size, *, timed: bool) -> list[Promise]:
    """Return what a run of that size has to keep; times only where the machine is quiet enough (`timed`)."""
    made = [
        Promise("chaos.kills", "processes killed (-9)", run.kills, size.plan.kills, "kills", at_most=False),
        Promise("chaos.acts", "acts acknowledged", run.acknowledged, size.acts, "acts", at_most=False),
    ]
    made += [Promise(f"chaos.{kind}", says, run.verdict[kind], 0, "findings") for kind, says in _NONE.items()]
    made += [
        Promise("chaos.gave-up", "requests nobody answered", run.figures["gave_up"], 0, "requests"),
        Promise(
            "chaos.refused", "acts refused without cause", run.figures["refused_unexpectedly"], 0, "acts"
        ),
        Promise("chaos.500", "answers of 500", run.figures["answers_of_500"], 0, "answers"),
        Promise(
            "chaos.while-away",
            "acts while Temporal and all workers were down",
            run.figures["acts_while_away"],
            1,
            "acts",
            at_most=False,
        ),
        Promise(
            "chaos.failed-while-away",
            "acts tried more than once in that time",
            run.figures["more_tries_while_away"],
            0,
            "acts",
        ),
    ]
    return [*made, *_times(run)] if timed else made


def _times(run: Run) -> list[Promise]:
    found = [
        Promise(f"recovery.{what}", says, run.figures[f"{what}_p95_s"], bound, "s")
        for what, (says, bound) in _RECOVERY.items()
        if f"{what}_p95_s" in run.figures
    ]
    says = "Temporal and workers back, to every workflow told"
    return [*found, Promise("recovery.catching-up", says, run.figures["catching_up_s"], 10, "s")]
