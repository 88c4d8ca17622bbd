import pytest

from bench.act.measuring import differences
from bench.act.promised import promises
from bench.act.run import lacks_peers, plan_of
from bench.act.systems import Kept
from bench.act.table import table, values
from bench.act.walking import STEPS, Tally
from tests.bench.rounds import a_round, a_run


def missed(results):
    return [promise.id for promise in promises(results) if not promise.kept]


def test_a_good_run_keeps_everything():
    assert missed(a_run()) == []
    assert {promise.id for promise in promises(a_run())} == {
        "temporal-50-sqlite",
        "dbos-50-sqlite",
        "temporal-1-sqlite",
        "plain-1-sqlite",
        "acts-in-the-rows",
        "effects-done",
    }


@pytest.mark.parametrize(
    "changed, broken",
    [
        ({"accede_50": [a_round(per_second=210)] * 3}, ["temporal-50-sqlite"]),
        ({"accede_50": [a_round(per_second=190)] * 3}, ["temporal-50-sqlite", "dbos-50-sqlite"]),
        ({"accede_1": [a_round(callers=1, wait=0.006)] * 3}, ["plain-1-sqlite"]),
        ({"accede_1": [a_round(callers=1, wait=0.034)] * 3}, ["temporal-1-sqlite", "plain-1-sqlite"]),
    ],
)
def test_a_floor_that_is_not_reached_is_missed(changed, broken):
    assert sorted(missed(a_run(**changed))) == sorted(broken)


def test_an_act_lost_by_a_peer_spoils_the_run_too():
    lost = [a_round(wrong=0), a_round(wrong=1), a_round(wrong=0)]
    assert missed(a_run(plain_50=lost)) == ["acts-in-the-rows"]


def test_an_effect_never_done_is_missed_however_fast_the_rest_was():
    assert missed(a_run(accede_50=[a_round(per_second=999, left=1)] * 3)) == ["effects-done"]


def test_the_time_until_the_effects_are_done_counts():
    found = a_round(per_second=100, seconds=2, settling=2)
    assert found.per_second == pytest.approx(100)
    assert found.acknowledged_per_second == pytest.approx(200)


def test_ratios_are_of_rounds_beside_each_other_so_that_a_slow_minute_hits_both():
    ours = [a_round(per_second=many) for many in (30, 300, 300)]
    theirs = [a_round(per_second=many) for many in (12, 120, 120)]
    found = {one.id: one.figure for one in promises(a_run(accede_50=ours, temporal_50=theirs))}
    assert found["temporal-50-sqlite"] == pytest.approx(2.5, abs=0.01)


def test_half_the_callers_waited_at_most_the_median():
    waits = tuple(number / 1000 for number in range(1, 101))
    found = a_round()
    found = type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"waits": waits})
    assert [found.wait(share) for share in (0.5, 0.95, 0.99)] == pytest.approx([50, 95, 99])


ACKNOWLEDGED = Tally(heads={"case": ["a", "b", "c"]}, done={"case": 3})


@pytest.mark.parametrize(
    "heads, wrong",
    [
        (["start", "a", "b", "c"], 0),
        (["start", "a", "by-itself", "b", "c"], 0),
        (["start", "a", "c"], 1),
        ([], 3),
        (["a", "c", "b"], 1),
        (["a", "b", "b", "c"], 1),
    ],
)
def test_every_acknowledged_act_is_in_the_rows_and_in_its_order(heads, wrong):
    assert differences(ACKNOWLEDGED, {"case": Kept(heads, list(STEPS[:3]))}) == wrong


@pytest.mark.parametrize(
    "steps, wrong",
    [
        (STEPS[:3], 0),
        (STEPS[:4], 1),
        ((STEPS[0], *STEPS[:3]), 1),
        ((*STEPS[:3], STEPS[2]), 1),
        ((STEPS[1], STEPS[0], STEPS[2]), 1),
    ],
)
def test_no_act_is_in_the_rows_that_nobody_was_told_of(steps, wrong):
    assert differences(ACKNOWLEDGED, {"case": Kept(["a", "b", "c"], list(steps))}) == wrong


def test_a_case_that_is_not_in_the_rows_has_lost_all_its_acts():
    assert differences(ACKNOWLEDGED, {}) == 3


def test_the_table_has_a_line_for_each_place_and_names_its_groups():
    lines = table(a_run()).splitlines()
    assert len(lines) == 1 + 8
    assert any("accede" in line and "api 2.5" in line for line in lines)


def test_values_for_the_file_hold_every_round():
    assert [len(one["rounds"]) for one in values(a_run())] == [3] * 8


@pytest.mark.parametrize(
    "asked, name",
    [
        ([], "act"),
        (["--rounds", "8"], "act"),
        (["--small"], "act"),
        (["--systems", "accede,plain"], "act-partly"),
        (["--databases", "sqlite"], "act-partly"),
        (["--callers", "1"], "act-partly"),
        (["--walk", "tour"], "act-partly"),
        (["--plant", "slow-act"], "act-partly"),
    ],
)
def test_a_run_of_a_part_leaves_the_results_of_the_whole_alone(asked, name):
    assert plan_of(asked).results == name


@pytest.mark.parametrize(
    "asked, lacks",
    [
        ([], True),
        (["--small"], False),
        (["--databases", "sqlite"], False),
        (["--systems", "accede,dbos"], True),
    ],
)
def test_peers_without_their_libraries_are_known_before_anything_is_measured(tmp_path, asked, lacks):
    there = tmp_path / "python"
    assert lacks_peers(plan_of(asked), there) == lacks
    there.touch()
    assert not lacks_peers(plan_of(asked), there)
