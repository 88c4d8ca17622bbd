"""The documentation is complete, both languages are there, and it names nothing that does not exist."""

import importlib
import pkgutil
import re
import subprocess
import typing
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
import typer
from fastapi.routing import iter_route_contexts

import cli
import domain
from api.app import create_app_from
from api.problem_kinds import KINDS
from domain.values import Value
from records.definitions import read_library
from records.tables import metadata
from settings import PREFIX, Settings
from telemetry import metrics
from web.installing import is_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COMMAND = re.compile(r"\baccede ([a-z]+)(?: ([a-z]+)\b)?")
FILE = re.compile(r"^[\w.*-]+(?:/[\w.*-]+)*(?:\.(?:py|md|toml|lock|yaml|svg)|/)$")

# Folders that an installation, or a process, has and the repository has not at its top.
ELSEWHERE = {"materials/", "scenarios/", "logs/"}


@cache
def tracked():
    """Every file git knows or would add, as a path from the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return frozenset(name for name in listed.split("\0") if name and (ROOT / name).is_file())


@cache
def pages():
    """Every page of the documentation: path from the root -> text."""
    found = {name for name in tracked() if name.endswith(".md") and name.partition("/")[0] in {name, "docs"}}
    return {name: (ROOT / name).read_text("utf-8") for name in sorted(found)}


def prose(text):
    return FENCE.sub("", text)


def in_code(text):
    """What stands in backticks, in a line or in a block."""
    return [*CODE.findall(prose(text)), *FENCE.findall(text)]


def rows(name):
    """The cells of every row of every table of a page, without the heads."""
    lines = [line for line in pages()[name].splitlines() if line.startswith("|")]
    heads = {number for number, line in enumerate(lines) if set(line) <= set("|-: ")}
    return [
        [cell.strip() for cell in line[1:].rstrip("|").split("|")]
        for number, line in enumerate(lines)
        if number not in heads and number + 1 not in heads
    ]


def anchors(text):
    """The names under which the headings of a page can be linked to."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


@cache
def commands():
    """Every command and subcommand: `up`, `case start`."""
    found = set()
    for name, (module, _) in cli.COMMANDS.items():
        command = typer.main.get_command(importlib.import_module(module).app)
        found.add(name)
        found.update(f"{name} {below}" for below in getattr(command, "commands", ()))
    return frozenset(found)


def words_of(annotation):
    """The texts a `Literal` anywhere in an annotation allows."""
    if typing.get_origin(annotation) is typing.Literal:
        return {word for word in typing.get_args(annotation) if isinstance(word, str)}
    return {word for part in typing.get_args(annotation) for word in words_of(part)}


def values(kind=Value):
    for below in kind.__subclasses__():
        yield below
        yield from values(below)


@cache
def words_of_the_domain():
    """Every word that a value of the domain may carry out of a fixed choice."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    ours = (value for value in values() if value.__module__.startswith("domain."))
    return frozenset(
        word for value in ours for field in value.model_fields.values() for word in words_of(field.annotation)
    )


def in_glossary():
    return {word for row in rows("docs/glossary.md") for word in CODE.findall(row[2])}


@cache
def routes():
    app = create_app_from(Settings())
    return frozenset(
        f"{method} {re.sub(r'{[^}]*}', '{}', found.path)}"
        for found in iter_route_contexts(app.routes)
        for method in found.methods or ()
        if found.path and method != "HEAD" and not is_page(found.endpoint)
    )


@cache
def page_routes():
    app = create_app_from(Settings())
    return frozenset(
        f"{method} {found.path}"
        for found in iter_route_contexts(app.routes)
        for method in found.methods or ()
        if is_page(found.endpoint) and method != "HEAD"
    )


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_relative_link_leads_somewhere(name):
    text = pages()[name]
    broken = []
    for link in LINK.findall(prose(text)):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_file_a_page_names_is_there(name):
    files = tracked() | {f"{parent}/" for file in tracked() for parent in Path(file).parents}
    named = {word for word in CODE.findall(prose(pages()[name])) if FILE.match(word)} - ELSEWHERE
    assert {word for word in named if not any(is_named(file, word) for file in files)} == set()


def is_named(file, word):
    """Whether a page means a file or folder: by its path, by its name alone, or with `*` for a part of it."""
    return file == word or ("/" not in word and Path(file).name == word) or Path(file).match(word)


def test_every_command_is_described():
    told = "\n".join(code for text in pages().values() for code in in_code(text))
    assert {command for command in commands() if not re.search(rf"\baccede {command}\b", told)} == set()


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_command_a_page_names_is_there(name):
    wrong = set()
    for code in in_code(pages()[name]):
        for first, second in COMMAND.findall(code):
            has_more = any(known.startswith(f"{first} ") for known in commands())
            if first not in commands() or (second and has_more and f"{first} {second}" not in commands()):
                wrong.add(f"accede {first} {second}".strip())
    assert wrong == set()


def test_every_setting_stands_in_the_table_of_operations_and_no_other():
    named = {word for row in rows("docs/operations.md") for word in CODE.findall(row[0]) if PREFIX in word}
    assert named == {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}


def test_plain_defaults_of_settings_are_those_in_the_table():
    told = {CODE.findall(row[0])[0]: row[1] for row in rows("docs/operations.md") if PREFIX in row[0]}
    plain = {
        name: field.default
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, str | int | float) and field.default != ""
    }
    assert len(plain) > 10
    assert {name: f"`{written(default)}`" for name, default in plain.items()} == {
        name: told[f"{PREFIX}{name.upper()}"] for name in plain
    }


def written(default):
    return str(default).lower() if isinstance(default, bool) else str(default)


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_variable_a_page_names_is_read_somewhere(name):
    read = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    sources = "".join((ROOT / file).read_text("utf-8") for file in tracked() if file.startswith("commands/"))
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", pages()[name]))
    assert {word for word in named - read if f'"{word}"' not in sources} == set()


def test_every_kind_of_problem_is_described_with_its_status():
    told = {CODE.findall(row[0])[0]: row[1] for row in rows("docs/http.md") if row[1].isdigit()}
    assert told == {kind.name: str(kind.status) for kind in KINDS.values()}


def test_every_route_is_described_and_no_other():
    pattern = r"\b((?:GET|POST|DELETE|PUT|PATCH) +/[\w/{}-]*)"
    told = re.findall(pattern, re.sub(r"{[^}\n]*}", "{}", pages()["docs/http.md"]))
    ours = {route for route in routes() if not re.search(r" /(problems|openapi)", route)}
    assert len(ours) > 30
    assert {re.sub(" +", " ", route) for route in told} == ours


def test_every_page_stands_in_the_map_of_pages_and_no_other():
    told = {
        word for row in rows("docs/pages.md") for word in CODE.findall(row[0]) if word[:4].strip().isupper()
    }
    assert len(page_routes()) > 10
    assert told == page_routes()


def test_every_metric_is_described():
    told = re.findall(r"`(accede_\w+)`", pages()["docs/operations.md"])
    assert {word.removesuffix("_total") for word in told} == {one.name for one in metrics.REGISTRY.collect()}


def test_every_table_is_described():
    told = {word for row in rows("docs/architecture.md") for word in CODE.findall(row[0])}
    assert set(metadata.tables) - told == set()


def test_every_module_of_the_domain_has_its_place_in_the_architecture():
    told = {word for row in rows("docs/architecture.md") for word in CODE.findall(row[1])}
    modules = {path.name for path in (ROOT / "domain").glob("[!_]*.py")}
    rooms = {f"{path.parent.name}/" for path in (ROOT / "domain").glob("*/__init__.py")}
    assert (modules | rooms) - told == set()


def test_every_word_of_the_domain_is_in_the_glossary():
    assert len(words_of_the_domain()) > 80
    assert words_of_the_domain() - in_glossary() == set()


def test_the_glossary_has_both_languages_and_a_meaning_in_every_row():
    assert [
        row
        for row in rows("docs/glossary.md")
        if len(row) != 4 or not re.search("[A-Za-z]", row[0]) or not CHINESE.search(row[1]) or not row[3]
    ] == []


def test_the_glossary_calls_the_parts_of_membership_development_as_the_definition_does():
    latest = read_library(ROOT / "processes").family("membership-development")[-1]
    titles = {stage.id: stage.title for stage in latest.stages} | dict(latest.unit_kinds)
    with_title = (latest.roles, latest.bodies, latest.case_roles, latest.outcomes)
    expected = {(word, title.zh) for word, title in (titles | dict(latest.standings)).items()}
    expected |= {(word, part.title.zh) for parts in with_title for word, part in parts.items()}
    told = {(word, row[1]) for row in rows("docs/glossary.md") for word in CODE.findall(row[2])}
    assert expected - told == set()


def test_decisions_are_numbered_without_a_gap_and_listed():
    names = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", pages()["docs/decisions/README.md"], re.MULTILINE
    )
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert [file for _, file, _ in listed] == names
    for number, file, title in listed:
        text = pages()[f"docs/decisions/{file}"]
        assert text.startswith(f"# {number} ")
        assert title in text.partition("\n")[0]


@pytest.mark.parametrize("name", sorted(name for name in pages() if name.startswith("docs/decisions/0")))
def test_a_decision_says_context_decision_consequences_and_how_it_is_checked(name):
    titles = re.findall(r"^## (.+)$", pages()[name], re.MULTILINE)
    assert titles == ["Context", "Decision", "Consequences", "How it is checked"]


def picture(name):
    return ET.parse(DOCS / "pictures" / name).getroot()  # noqa: S314 - a file of our own


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "pictures").glob("*.svg")))
def test_a_picture_says_what_it_shows_to_those_who_cannot_see_it(name):
    parts = {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in picture(name)}
    assert parts["title"]
    assert parts["desc"]
    assert parts["text"]


def test_the_picture_of_the_way_names_the_version_and_its_standings():
    latest = read_library(ROOT / "processes").family("membership-development")[-1]
    words = set("\n".join(picture("way.svg").itertext()).split("\n"))
    assert [title.zh for title in latest.standings.values() if title.zh not in words] == []
    assert any(f"edition {latest.version} " in line for line in words)
