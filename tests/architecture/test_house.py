"""What holds for every file, whatever room it is in."""

import ast
import os
import re
import subprocess
import tomllib
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from records import migrating

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "activities",
    "api",
    "bench",
    "commands",
    "domain",
    "records",
    "senders",
    "services",
    "telemetry",
    "web",
    "workflows",
)

# Who may import a module, besides tests. A trailing dot stands for everything in a room.
GUARDED = {
    "records.recording": (
        "services.acts",
        "services.reorganising",
        "services.case_books.",
        "activities.",
        "bench.",
    ),
    "records.appending": ("records.recording", "records.rebuilding", "bench."),
    "settings": ("api.app", "bench.", "cli", "commands.", "worker", "records.migrations."),
    "api.app": ("bench.", "cli", "commands."),
    "cli": (),
    "commands": ("bench.", "cli", "commands."),
    "worker": ("bench.", "cli", "commands."),
}

# Written so that no line of this file is found by its own pattern.
OF_ONE_MACHINE = re.compile(r"(?<![\w.~-])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+|[o]pt/(?:pypi|wheels))\b")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|golang\.org|crates\.io|maven\.org",
    re.IGNORECASE,
)


@cache
def tracked_files():
    """Every file git knows or would add; a checkout owned by somebody else is read all the same."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return tuple(path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file())


def text_of(path):
    return path.read_bytes().decode("utf-8", errors="ignore")


@cache
def modules():
    """Our own modules: name -> syntax tree."""
    found = {}
    for path in tracked_files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.suffix == ".py" and (len(parts) == 1 or parts[0] in ROOMS):
            found[".".join(parts).removesuffix(".__init__")] = ast.parse(text_of(path), str(path))
    return found


def imported_by(tree):
    """Every name a module imports, `from a import b` both as a and as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_among(name, allowed):
    return any(name == one or (one.endswith(".") and name.startswith(one)) for one in allowed)


def lines_matching(pattern):
    return [
        f"{path.relative_to(ROOT)}:{number}: {found.group()}"
        for path in tracked_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_there_is_something_to_look_at():
    assert len(modules()) >= len(ROOMS)


def test_no_file_names_a_path_of_one_machine():
    assert lines_matching(OF_ONE_MACHINE) == []


def test_no_file_names_a_package_registry():
    assert lines_matching(REGISTRY) == []


@pytest.mark.parametrize("text", ["/" + "work/main", 'open("/' + 'root/x")', "/" + "home/li/accede"])
def test_paths_of_one_machine_would_be_found(text):
    assert OF_ONE_MACHINE.search(text)


def test_every_public_module_says_what_it_is_for():
    silent = [
        name
        for name, tree in modules().items()
        if not name.rpartition(".")[2].startswith("_")
        and not name.startswith("records.migrations.versions.")
        and not ast.get_docstring(tree)
    ]
    assert silent == []


def test_modules_are_imported_only_by_those_who_may():
    assert [
        f"{name} imports {module}"
        for name, tree in modules().items()
        for module, allowed in GUARDED.items()
        if not is_among(name, allowed)
        and any(is_among(one, (module, f"{module}.")) for one in imported_by(tree))
    ] == []


def test_the_domain_asks_no_clock():
    asking = {"now", "today", "utcnow"}
    assert [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if name.startswith("domain.")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asking
    ] == []


def test_every_room_is_held_to_the_floors():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    rooms = {path.parent.name for path in ROOT.glob("[!.]*/__init__.py")}
    assert rooms == set(contracts["root_packages"]) == set(ROOMS)


def test_make_keeps_what_python_compiled_whatever_the_machine_prefers():
    shown = ["make", "--no-print-directory", "--eval", "shown:; @echo [$$PYTHONDONTWRITEBYTECODE]", "shown"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "MAKEFLAGS": "", "MAKELEVEL": "0"}
    done = subprocess.run(shown, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_is_installed_is_compiled_whatever_the_machine_prefers():
    """Otherwise each start compiles all it loads, which takes as long as everything else of it."""
    compiled = Path(cache_from_source(str(ROOT / "commands" / "tether.py")))
    compiled.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([ROOT / ".ci" / "install"], env=environment, capture_output=True, check=True)
    assert compiled.exists()
    assert (ROOT / ".venv" / ".done-.done-requirements.lock").exists()


def test_the_tests_are_no_package():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_migrations_are_one_line():
    """Two that follow the same one, or one that follows nothing, stop every upgrade."""
    script = ScriptDirectory.from_config(migrating.config())
    line = {Path(one.path).name for one in script.walk_revisions()}
    assert (len(script.get_heads()), len(script.get_bases())) == (1, 1)
    assert line == {path.name for path in Path(script.versions).glob("[!_]*.py")}
