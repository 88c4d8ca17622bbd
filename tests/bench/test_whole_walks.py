"""Cases walked for measurements go as far as the tour does: each walk names who wrote an opinion."""

import http.client
import json

import pytest

from bench.act.organisation import Organisation, login_for
from bench.act.walking import STEPS, WALKS, Case, Script, documents_needed
from bench.powercut.walking import Answer, Caller, Ledger, Power
from docs.tour import CASE

BRANCH = 0
VOTES = [step for _, step, _, more, _ in CASE if more.get("meeting", {}).get("written")]
ENTITLED = [f"member-{number}" for number in range(12)]


@pytest.fixture
def sent_by_the_measure_of_acts():
    """What is said of each step in the walk of the tour."""
    scenery = Organisation(1, 1)
    logins = {login_for(role, BRANCH) for _, _, role, _, _ in CASE}
    documents = dict.fromkeys(documents_needed(1), "a-document")
    script = Script(WALKS["tour"], scenery, dict.fromkeys(logins, b""), documents)
    requests = {
        step: script.act(Case("a-case", b"a-head", BRANCH, done), b"a-key") for done, step in enumerate(STEPS)
    }
    said = {step: json.loads(request.partition(b"\r\n\r\n")[2]) for step, request in requests.items()}
    return said, scenery


def answered(asked):
    """What a service says that knows of one case, twelve members, and nothing it would refuse."""
    found = {"items": [{"id": "somebody", "name": "机关党支部"}], "id": "one", "seq": 1, "head": "a-head"}
    if "/roster?" in asked.path:
        found = {"entitled": [{"id": one} for one in ENTITLED]}
    if "/steps/" in asked.path and asked.method == "POST":
        found = {"case": found}
    return Answer(http.client.OK, found, '"a-head"')


def said_by_a_caller(steps):
    """What the caller of the power cuts says of each step."""
    walk, said = Caller(Power(), Ledger(), 0, 1).one_case(steps), {}
    asked = next(walk)
    try:
        while True:
            if "/steps/" in asked.path and asked.method == "POST":
                said[asked.path.rsplit("/", 1)[1]] = json.loads(asked.body)
            asked = walk.send(answered(asked))
    except StopIteration:
        return said


def test_the_tour_has_votes_in_which_somebody_wrote():
    assert VOTES == ["branch-vote", "conversion-vote"]


@pytest.mark.parametrize("step", VOTES)
def test_an_act_that_is_measured_names_each_who_wrote_among_the_members_of_the_branch(
    sent_by_the_measure_of_acts, step
):
    said, scenery = sent_by_the_measure_of_acts
    meeting = said[step]["meeting"]
    assert [one["person"] for one in meeting["opinions"]] == [*scenery.members(BRANCH)[-meeting["written"] :]]


@pytest.mark.parametrize("step", VOTES)
def test_a_caller_whose_power_is_cut_names_each_who_wrote_among_those_entitled(step):
    meeting = said_by_a_caller(len(CASE))[step]["meeting"]
    assert [one["person"] for one in meeting["opinions"]] == ENTITLED[-meeting["written"] :]


def test_a_caller_whose_power_is_cut_goes_as_far_as_asked():
    assert list(said_by_a_caller(3)) == list(STEPS[:3])
