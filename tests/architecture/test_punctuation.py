"""Chinese sentences have Chinese punctuation, and nothing between a number and what it counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.events import ScalarEvent

from web.translating import catalogue

ROOT = Path(__file__).parents[2]
CHINESE = r"[\u3400-\u9fff，。；：？！、（）《》“”]"
HALF_WIDTH = re.compile(rf"(?<={CHINESE})[,;:?!(]|[,;:?!)](?={CHINESE})")
HAN = re.compile(r"[\u3400-\u9fff]")
"""Quotes are those of English sentences, too; a sentence is Chinese once it holds a character."""
NUMBER = r"(?:[0-9]|\)s|\}|^)"
"""The end of a number, or of a place for one; a sentence in code may go on after such a place."""
MEASURES = "项件人天个条次份处页秒对篇年月票家"
APART = re.compile(rf"{NUMBER} (?=[{MEASURES}])|(?<=[第共前]) (?=[0-9{{]|%\()")
PATTERN = re.compile(r"\\[dws(]|\(\?")
"""A regular expression is no sentence."""
FLOORS = ("domain", "workflows", "records", "services", "activities", "api", "web", "commands")

DEFINITIONS = sorted((ROOT / "processes").rglob("*.yaml"))
CATALOGUES = sorted((ROOT / "web/words").glob("*.po"))
PROSE = [ROOT / "README.md", *sorted((ROOT / "services/dossier_texts").glob("zh.md"))]
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def in_a_definition(path: Path) -> Iterator[str]:
    for event in YAML(typ="safe").parse(path.read_text("utf-8")):
        if isinstance(event, ScalarEvent):
            yield str(event.value)


def in_a_catalogue(path: Path) -> Iterator[str]:
    for message in catalogue(path):
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        yield from (one or "" for one in said)


def in_a_module(path: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    about_code = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        said = node.value if isinstance(node, ast.Constant) else None
        if isinstance(said, str) and node not in about_code and not PATTERN.search(said):
            yield said


def in_prose(path: Path) -> Iterator[str]:
    yield from path.read_text("utf-8").splitlines()


def stands_apart(said: str) -> bool:
    return bool(APART.search(said))


def is_wrong(said: str) -> bool:
    return bool(HAN.search(said) and HALF_WIDTH.search(said))


@pytest.mark.parametrize(
    "reads, paths",
    [(in_a_definition, DEFINITIONS), (in_a_catalogue, CATALOGUES), (in_a_module, MODULES)],
    ids=["definitions", "catalogues", "code"],
)
def test_no_chinese_sentence_has_half_width_punctuation(reads, paths):
    assert paths
    found = {f"{path.relative_to(ROOT)}: {said}" for path in paths for said in reads(path) if is_wrong(said)}
    assert sorted(found) == []


@pytest.mark.parametrize(
    "reads, paths",
    [
        (in_a_definition, DEFINITIONS),
        (in_a_catalogue, CATALOGUES),
        (in_a_module, MODULES),
        (in_prose, PROSE),
    ],
    ids=["definitions", "catalogues", "code", "prose"],
)
def test_nothing_stands_between_a_number_and_what_it_counts(reads, paths):
    assert paths
    found = {
        f"{path.relative_to(ROOT)}: {said}" for path in paths for said in reads(path) if stands_apart(said)
    }
    assert sorted(found) == []


@pytest.mark.parametrize("said", ["3 项待办", "%(number)s 件", "共 {}人", "{} 天", " 个工作进程", "第 2页"])
def test_a_space_before_what_is_counted_is_seen(said):
    assert stands_apart(said)


@pytest.mark.parametrize("said", ["3项待办", "如 2026-06-01", "RFC 6962 的一条", "共{}人", "下载 PDF"])
def test_other_spaces_are_left_alone(said):
    assert not stands_apart(said)


@pytest.mark.parametrize(
    "said", ["应到12人,至少7人", "请办理:谈话", "谈话(张三)", "“谈话”,最早", "为何?因为"]
)
def test_half_width_punctuation_is_seen(said):
    assert is_wrong(said)


@pytest.mark.parametrize(
    "said",
    ["应到12人，至少7人", "Talk: 张三", "It waits for “Talk”, since", "PDF, XLSX", "日期应如2026-06-01"],
)
def test_other_punctuation_is_left_alone(said):
    assert not is_wrong(said)
