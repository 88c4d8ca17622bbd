"""Chinese sentences have Chinese punctuation, wherever they stand: catalogues, definitions, code."""

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
PATTERN = re.compile(r"\\[dws(]|\(\?")
"""A regular expression is no sentence."""
FLOORS = ("domain", "workflows", "records", "services", "activities", "api", "web", "commands")

DEFINITIONS = sorted((ROOT / "processes").rglob("*.yaml"))
CATALOGUES = sorted((ROOT / "web/words").glob("*.po"))
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
