"""Everything together: the real Temporal server, two workers, the API, and people who come over HTTP."""

import os
import signal

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from tests.cli.running import accede
from tests.journeys.household import until as until_it_holds
from tests.journeys.households import Household, is_alive, tour, until
from workflows.contract import CaseEnd, case_workflow_id

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def household(tmp_path_factory):
    started = Household(tmp_path_factory.mktemp("household"), "--demo", "--port", "0")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def toured(household):
    """The case of one tour, and what the tour printed."""
    return tour(household.api)


async def has_begun(handle):
    try:
        await handle.describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def ended(household, case_id):
    client = await Client.connect(household.told["temporal"], data_converter=pydantic_data_converter)
    handle = client.get_workflow_handle(case_workflow_id(case_id), result_type=CaseEnd)
    # A workflow is told what has been answered already: a tour may be over before it begins.
    await until_it_holds(lambda: has_begun(handle))
    end = await handle.result()
    return end, (await handle.describe()).status


async def test_the_tour_takes_somebody_to_full_membership_and_the_workflow_ends_with_it(household, toured):
    case_id, said = toured
    assert "outcome: full-member" in said.splitlines()[-1]
    end, status = await ended(household, case_id)
    assert end.outcome == "full-member"
    assert status is WorkflowExecutionStatus.COMPLETED


def test_it_tells_the_logins_of_the_demonstration(household):
    logins = {login["login"] for login in household.told["logins"]}
    expected = {
        "admin",
        "secretary",
        "secretary2",
        "organiser",
        "reviewer",
        "department",
        "auditor",
        "applicant",
    }
    assert logins >= expected


def test_a_second_one_on_the_same_folder_is_refused(household):
    done = accede("up", "--data", str(household.folder), "--port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"accede: already up on {household.folder} (process {household.process.pid}, at "
    )


def test_the_record_agrees_with_itself(household):
    done = accede("db", "check", data_dir=household.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("cases checked\n")


def test_nothing_is_left_to_reconcile(household):
    done = accede("reconcile", data_dir=household.folder, temporal_address=household.told["temporal"])
    assert done.returncode == 0, done.stderr
    assert "0 started" in done.stdout


def test_cases_are_read_and_explained_from_the_command_line(household, toured):
    token = accede("token", "secretary", data_dir=household.folder).stdout.strip()
    reached = {"url": household.api, "token": token}
    case_id, _ = toured
    shown = accede("case", "show", case_id, **reached)
    assert "closed, full-member" in shown.stdout, shown.stderr
    assert "case-closed" in accede("case", "history", case_id, **reached).stdout
    assert accede("case", "explain", case_id, **reached).returncode == 0
    refused = accede("case", "act", case_id, "archive", **reached)
    assert refused.returncode == 2
    assert refused.stderr.startswith("accede: ")
    assert refused.stderr.count("\n") == 1


def test_a_process_that_is_killed_is_started_again(household):
    for name in ("worker-1", "api"):
        os.kill(household.told["pids"][name], signal.SIGKILL)
        until(lambda name=name: any(name in line and "SIGKILL" in line for line in household.said))
        until(household.answers)
    tour(household.api)


# The last of this module, because it ends what the others share.
def test_stopping_or_killing_it_leaves_no_process_and_the_next_one_finds_everything_where_it_was(
    household, toured
):
    case_id, _ = toured
    token = accede("token", "auditor", data_dir=household.folder).stdout.strip()
    assert household.stop() == 0
    assert not any(is_alive(pid) for pid in household.told["pids"].values())

    second = Household(household.folder)
    try:
        assert second.api == household.api
        assert second.told["temporal_ui"] == household.told["temporal_ui"]
        assert second.told["logins"] == household.told["logins"]
        assert "full-member" in accede("case", "show", case_id, url=second.api, token=token).stdout
    finally:
        second.stop(signal.SIGKILL)
    until(lambda: not any(is_alive(pid) for pid in second.told["pids"].values()))

    third = Household(household.folder)
    try:
        assert third.answers()
    finally:
        assert third.stop(signal.SIGINT) == 0
