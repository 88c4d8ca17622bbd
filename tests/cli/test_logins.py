"""Logins as operators keep them at the machine."""

import re

import pytest

from services.token_scopes import TokenScope
from tests.cli.running import accede

ISSUER = "https://provider.example"


@pytest.fixture
def given(tmp_path):
    """The settings of an installation with an organisation and the login `boss`."""
    settings = {"data_dir": tmp_path, "new_password": "long enough 1"}
    assert accede("db", "upgrade", **settings).returncode == 0
    assert accede("setup", "组织部", "王", "boss", **settings).returncode == 0
    return settings


def test_tokens_are_made_with_an_end_and_a_scope_and_listed_and_ended(given):
    plain = accede("token", "boss", "--name", "nightly", **given)
    assert re.fullmatch(r"[\w-]{43}\n", plain.stdout)
    narrow = accede(
        "token", "boss", "--days", "3", "--read-only", "--process", "membership-development", **given
    )
    assert narrow.returncode == 0, narrow.stderr
    listed = accede("login", "sessions", "boss", **given).stdout.splitlines()
    assert len(listed) == 2
    assert all(" until 20" in line and " by operator" in line for line in listed)
    (narrowed,) = [line for line in listed if "narrowed to" in line]
    scope = TokenScope(read_only=True, processes=("membership-development",))
    assert TokenScope.model_validate_json(narrowed.partition("narrowed to ")[2]) == scope
    (nightly,) = [line for line in listed if "nightly" in line]
    assert plain.stdout.strip() not in "".join(listed)
    assert accede("login", "end", "boss", nightly.split()[0], **given).returncode == 0
    assert "nightly" not in accede("login", "sessions", "boss", **given).stdout
    assert accede("login", "end", "boss", **given).returncode == 0
    assert accede("login", "sessions", "boss", **given).stdout == ""


@pytest.mark.parametrize(
    "options, told",
    [
        (("--days", "0"), "--days: is from 1 to 3660"),
        (("--process", "knighthood"), "--processes: there is no such process"),
        (("--unit", "moon"), "--units: there is no such unit"),
    ],
)
def test_a_token_that_could_not_work_is_refused_in_one_line(given, options, told):
    refused = accede("token", "boss", *options, **given)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"accede: {told}\n")


def test_people_are_linked_to_the_provider_and_no_longer(given):
    nowhere = accede("login", "link", "boss", "8f3c", **given)
    assert (nowhere.returncode, nowhere.stderr) == (
        2,
        "accede: there is no provider: set ACCEDE_OIDC_ISSUER, or name one with --issuer\n",
    )
    there = given | {"oidc_issuer": ISSUER, "oidc_client_id": "accede"}
    assert accede("login", "link", "boss", "8f3c", **there).returncode == 0
    again = accede("login", "link", "boss", "8f3c", "--issuer", ISSUER, **given)
    assert again.stderr == "accede: that person at the provider has a login already\n"
    assert accede("login", "link", "nobody", "x", **there).returncode == 2
    assert accede("login", "unlink", "boss", "8f3c", **there).returncode == 0
    assert accede("login", "unlink", "boss", "8f3c", **there).returncode == 2


def test_a_password_that_leaked_is_refused_and_not_repeated(given):
    refused = accede("login", "password", "boss", **(given | {"new_password": "Password2024!"}))
    assert refused.returncode == 2
    assert refused.stderr.startswith("accede: password: is common, known to have leaked")
    assert "Password2024!" not in refused.stderr


def test_second_factors_are_forgotten_for_who_lost_them(given):
    assert accede("login", "reset", "boss", **given).returncode == 0
    assert accede("login", "reset", "nobody", **given).returncode == 2
