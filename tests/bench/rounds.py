"""Rounds as a measurement would have found them."""

from bench.act.measuring import Round


def a_round(*, per_second=100.0, wait=0.01, callers=50, settling=0.0, left=0, wrong=0, seconds=2.0):
    """A round in which everybody waited equally long, in seconds."""
    acts = int(per_second * (seconds + settling))
    return Round(
        callers=callers,
        acts=acts,
        acting=seconds,
        settling=settling,
        waits=(wait,) * acts,
        waits_by_step={"oath": wait},
        cpu={"client": 0.1, "api": 0.5},
        seen_again=0,
        left=left,
        wrong=wrong,
    )


def a_run(database="sqlite", **changed):
    """Results of which every floor is reached; `changed` replaces the rounds of a system and its callers."""
    alone = {"accede": 0.004, "temporal": 0.016, "plain": 0.0025, "dbos": 0.02}
    crowd = {"accede": 300.0, "temporal": 120.0, "plain": 500.0, "dbos": 40.0}
    results = {(database, name, 1): [a_round(callers=1, wait=wait)] * 3 for name, wait in alone.items()}
    results |= {(database, name, 50): [a_round(per_second=many)] * 3 for name, many in crowd.items()}
    for name, rounds in changed.items():
        system, callers = name.rsplit("_", 1)
        results[database, system, int(callers)] = rounds
    return results
