"""The command line as people and scripts meet it."""

import contextlib
import os
import resource
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr

from cli import COMMANDS
from commands.case import _pairs, _value
from commands.failures import CommandFailed
from commands.ports import choose_ports, with_its_temporal
from commands.remote import Remote
from settings import Settings
from tests.cli.running import COMMAND, accede, accede_anew, environment

PROCESSES = Path(__file__).parents[2] / "processes"


def test_help_answers_at_once_and_names_every_command():
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = accede_anew("--help")
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
    # 0.2 s of the processor, whatever else the machine does; with all that is not needed, 1.5 s.
    assert used < 1


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_line_of_help_is_the_one_of_the_command_itself(name):
    module, line = COMMANDS[name]
    real = typer.main.get_command(import_module(module).app)
    assert real.help
    assert real.help.splitlines()[0].startswith(line.rstrip("."))


def test_an_unknown_command_is_one_line_and_exit_code_2():
    done = accede("upp")
    assert done.returncode == 2
    assert done.stderr == "accede: No such command 'upp'. Did you mean 'up'?\n"


def test_a_setting_that_cannot_be_is_one_line_and_exit_code_2(tmp_path):
    done = accede("db", "upgrade", data_dir=tmp_path, time_zone="Mars/Olympus")
    assert done.returncode == 2
    assert done.stderr.startswith("accede: ACCEDE_TIME_ZONE: is not the name of a time zone")
    assert done.stderr.count("\n") == 1


def test_a_sound_definition_passes_the_check():
    done = accede("process", "check", str(PROCESSES / "apache-committer" / "1.yaml"))
    assert (done.returncode, done.stdout) == (0, "it is sound\n")


def test_posts_that_nobody_holds_are_told_before_a_process_is_published(tmp_path):
    assert accede("db", "upgrade", data_dir=tmp_path).returncode == 0
    file = PROCESSES / "apache-committer" / "1.yaml"
    done = accede("process", "check", "--staffing", str(file), data_dir=tmp_path)
    assert done.returncode == 1
    assert f"{file}: nobody holds pmc.chair anywhere today\n" in done.stdout


def test_a_fault_is_told_with_file_and_line_and_exit_code_1(tmp_path):
    text = (PROCESSES / "apache-committer" / "1.yaml").read_text("utf-8")
    draft = tmp_path / "draft.yaml"
    draft.write_text(text.replace("starts_in:", "begins_in:", 1), "utf-8")
    line = next(n for n, each in enumerate(text.splitlines(), 1) if each.startswith("starts_in:"))
    done = accede("process", "check", str(draft))
    assert done.returncode == 1
    assert f"{draft}:{line}: " in done.stdout


def test_a_file_that_is_not_there_is_one_line_and_exit_code_2(tmp_path):
    done = accede("process", "check", str(tmp_path / "none.yaml"))
    assert done.returncode == 2
    assert done.stderr == f"accede: {tmp_path}/none.yaml cannot be read: No such file or directory\n"


def test_processes_are_listed_and_shown():
    assert "membership-development" in accede("process", "list").stdout
    shown = accede("process", "show", "membership-development", "--version", "2014.1")
    assert "branch-vote" in shown.stdout
    assert accede("process", "show", "knighthood").returncode == 2


def test_tables_are_made_once_and_checked(tmp_path):
    assert accede("db", "check", data_dir=tmp_path).returncode == 2
    assert accede("db", "upgrade", data_dir=tmp_path).returncode == 0
    assert accede("db", "upgrade", data_dir=tmp_path).returncode == 0
    checked = accede("db", "check", data_dir=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "0 cases checked\n")


def test_a_token_needs_a_login(tmp_path):
    accede("db", "upgrade", data_dir=tmp_path)
    done = accede("token", "nobody", data_dir=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "accede: there is no login 'nobody' here, or it was disabled\n"


def test_the_doctor_says_what_to_do_about_an_installation_that_is_not_set_up(tmp_path):
    done = accede("doctor", data_dir=tmp_path, temporal_address="127.0.0.1:1")
    assert done.returncode == 1
    assert "run `accede db upgrade`" in done.stdout
    assert "start it, or set ACCEDE_TEMPORAL_ADDRESS" in done.stdout
    assert "set ACCEDE_SMTP_URL" in done.stdout


def test_the_doctor_is_content_once_the_tables_are_there(tmp_path):
    accede("db", "upgrade", data_dir=tmp_path)
    done = accede("doctor", data_dir=tmp_path, temporal_address="127.0.0.1:1")
    assert done.returncode == 0


def test_the_demonstration_is_for_this_machine_only(tmp_path):
    done = accede("demo", data_dir=tmp_path, host="192.0.2.1")
    assert done.returncode == 2
    assert "127.0.0.1 only" in done.stderr


def test_a_case_is_asked_for_with_a_token(tmp_path):
    assert "a token is needed" in accede("case", "show", "x").stderr
    done = accede("case", "show", "x", "--url", "http://127.0.0.1:1", token="t")
    assert done.returncode == 2
    assert "no answer from http://127.0.0.1:1" in done.stderr


class _Stranger(BaseHTTPRequestHandler):
    """An installation that knows nobody's token."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        """Say nothing."""


def test_a_token_of_another_installation_is_told_with_the_address_that_was_asked():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Stranger) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with Remote(url, "t", "en") as remote, pytest.raises(CommandFailed, match=f"{url} does not know"):
            remote.get("/v1/me")
        server.shutdown()


@pytest.mark.parametrize(
    "text, value", [("true", True), ("24", 24), ("-3", -3), ("2026-06-01", "2026-06-01")]
)
def test_answers_are_taken_for_what_they_look_like(text, value):
    assert _value(text) == value


def test_an_answer_without_a_name_is_refused():
    with pytest.raises(CommandFailed, match="name=value"):
        _pairs(["days"])


def test_ports_are_the_same_the_next_time(tmp_path):
    first = choose_ports(tmp_path, "127.0.0.1", 0)
    assert len(set(first.values())) == 3
    assert choose_ports(tmp_path, "127.0.0.1", None) == first


def test_commands_ask_the_temporal_of_their_own_folder_unless_another_is_named(tmp_path):
    usual = with_its_temporal(Settings(data_dir=tmp_path))
    assert usual.temporal_address == "127.0.0.1:7233"
    ports = choose_ports(tmp_path, "127.0.0.1", 0)
    here = with_its_temporal(Settings(data_dir=tmp_path, temporal_api_key=SecretStr("of another")))
    assert here.temporal() == {
        "address": f"127.0.0.1:{ports['temporal']}",
        "namespace": "default",
        "tls": False,
        "api_key": None,
    }
    named = Settings(data_dir=tmp_path, temporal_address="127.0.0.1:7233")
    assert with_its_temporal(named) is named


COMMANDS_WITH_A_PASSWORD = [
    pytest.param(("setup", "组织部", "王", "boss"), id="setup"),
    pytest.param(("login", "add", "boss", "person"), id="login add"),
    pytest.param(("login", "password", "boss"), id="login password"),
]


@pytest.mark.parametrize("command", COMMANDS_WITH_A_PASSWORD)
def test_a_password_never_stands_on_the_command_line(command, tmp_path):
    given = accede(*command, "--password", "long enough 1", data_dir=tmp_path)
    assert given.returncode == 2
    assert "No such option: --password" in given.stderr


@pytest.mark.parametrize("command", COMMANDS_WITH_A_PASSWORD)
def test_without_a_terminal_the_password_comes_from_the_environment(command, tmp_path):
    asked = accede(*command, data_dir=tmp_path)
    assert (asked.returncode, asked.stdout, asked.stderr) == (
        2,
        "",
        "accede: there is no terminal to ask for the password: set ACCEDE_NEW_PASSWORD\n",
    )


def test_a_typed_password_is_taken_and_not_echoed(tmp_path):
    assert accede("db", "upgrade", data_dir=tmp_path).returncode == 0
    hand, terminal = os.openpty()
    asking = subprocess.Popen(
        [*COMMAND, "setup", "组织部", "王", "boss"],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env=environment(data_dir=tmp_path),
        start_new_session=True,
    )
    assert asking.stderr is not None
    shown = b""
    while not shown.endswith(b"Password: "):
        read = asking.stderr.read(1)
        assert read, shown
        shown += read
    os.write(hand, b"short\n")
    assert asking.stderr.read().strip() == b"accede: password: needs at least 10 characters"
    assert asking.wait(60) == 2
    os.close(terminal)
    with os.fdopen(hand, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        assert b"short" not in screen.read(1000)
    asking.stderr.close()


def test_an_organisation_is_founded_once_and_its_people_get_logins(tmp_path):
    assert accede("db", "upgrade", data_dir=tmp_path).returncode == 0
    short = accede("setup", "组织部", "王", "boss", data_dir=tmp_path, new_password="short")
    assert (short.returncode, short.stderr) == (2, "accede: password: needs at least 10 characters\n")

    given = {"data_dir": tmp_path, "new_password": "long enough 1"}
    founded = accede("setup", "组织部", "王", "boss", **given)
    person = founded.stdout.split("person ")[1].split()[0]
    assert founded.returncode == 0

    assert accede("setup", "组织部", "王", "boss", **given).stderr.startswith(
        "accede: there is an organisation"
    )
    assert accede("login", "add", "again", person, **given).returncode == 0
    assert accede("login", "add", "again", person, **given).stderr == "accede: that login is taken\n"
    nobody = accede("login", "add", "other", "nobody", **given)
    assert (nobody.returncode, nobody.stderr) == (2, "accede: there is no such login or person here\n")
    assert accede("token", "again", data_dir=tmp_path).returncode == 0
    assert accede("login", "disable", "again", data_dir=tmp_path).returncode == 0
    assert accede("token", "again", data_dir=tmp_path).returncode == 2
