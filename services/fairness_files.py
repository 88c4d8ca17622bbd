"""The report on fairness to take away: on paper (PDF) and as a workbook (XLSX), the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final, TypedDict

import pylopdf_fonts_zh_cn
import typst

from domain.fairness import ENDS
from domain.values import Language
from services.fairness import FairnessView
from services.fairness_words import WHOLE, GroupView, route_title
from services.form_words import Words
from services.sheets import Cell, Sheet, workbook


class _Words(TypedDict):
    title: str
    heads: list[str]
    wait_heads: list[str]
    unit: str
    route: str
    stage: str
    waits: str
    how: str


_FONTS: Final = pylopdf_fonts_zh_cn.sans_path().parent
_WORDS: Final[Mapping[Language, _Words]] = {
    "zh": {
        "title": "公平性报告",
        "heads": [
            "途径与组织",
            "人数",
            "达到目标",
            "其他结束",
            "办理中",
            "一半不超过（天）",
            "九成不超过（天）",
        ],
        "wait_heads": ["途径", "一半不超过（天）", "九成不超过（天）"],
        "unit": "组织",
        "route": "途径",
        "stage": "阶段",
        "waits": "等待",
        "how": "说明",
    },
    "en": {
        "title": "Report on fairness",
        "heads": [
            "Route and unit",
            "People",
            "Reached",
            "Ended otherwise",
            "Under way",
            "Half: days",
            "Nine in ten",
        ],
        "wait_heads": ["Route", "Half: days", "Nine in ten"],
        "unit": "Unit",
        "route": "Route",
        "stage": "Stage",
        "waits": "Waits",
        "how": "How to read it",
    },
}
_HIDDEN: Final = "–"


def as_pdf(view: FairnessView, language: Language) -> bytes:
    """Return the report on paper."""
    source = files("services").joinpath("dossier_texts", "fairness.typ").read_bytes()
    # Its types cannot say that a source is bytes.
    typeset: Any = typst.compile
    made: bytes = typeset(
        source,
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(view, language), ensure_ascii=False)},
    )
    return made


def as_xlsx(view: FairnessView, language: Language) -> bytes:
    """Return the report as a workbook."""
    words = _WORDS[language]
    heads = [words["route"], words["unit"], *words["heads"][1:]]
    waits = [
        (route_title(one.route, language), _unit(one), wait.title, wait.half, wait.most)
        for one in view.items
        for wait in one.waits
    ]
    return workbook(
        [
            Sheet(words["title"], heads, [_row(one, language) for one in view.items]),
            Sheet(
                words["waits"],
                [words["route"], words["unit"], words["stage"], *words["wait_heads"][1:]],
                waits,
            ),
            Sheet(words["how"], [_about(view, language)], [(line,) for line in view.says]),
        ]
    )


def _row(one: GroupView, language: Language) -> tuple[Cell, ...]:
    ends = [None if one.ends is None else one.ends[end] for end in ENDS]
    return (route_title(one.route, language), _unit(one), one.size, *ends, *_whole(one))


def _whole(one: GroupView) -> tuple[int | None, int | None]:
    found = next((wait for wait in one.waits if wait.what == WHOLE), None)
    return (None, None) if found is None else (found.half, found.most)


def _unit(one: GroupView) -> str | None:
    return None if one.unit is None else one.unit.name


def _about(view: FairnessView, language: Language) -> str:
    if view.process is None:
        return ""
    days = " – ".join(Words(language).day(one) for one in (view.from_, view.to) if one is not None)
    return f"{view.process.name} · {days}"


def _data(view: FairnessView, language: Language) -> dict[str, Any]:
    words = _WORDS[language]
    return {
        "language": language,
        "title": words["title"],
        "about": _about(view, language),
        "says": list(view.says),
        "heads": words["heads"],
        "wait_heads": words["wait_heads"],
        "rows": [
            {
                "depth": one.depth,
                "name": route_title(one.route, language) if one.unit is None else one.unit.name,
                "cells": [_HIDDEN if cell is None else str(cell) for cell in _row(one, language)[2:]],
            }
            for one in view.items
        ],
        "waits": list(_stages(view, language)),
    }


def _stages(view: FairnessView, language: Language) -> Iterator[dict[str, Any]]:
    """Yield, for each stage, how long it took on each route."""
    titles = {wait.what: wait.title for one in view.items for wait in one.waits if wait.what != WHOLE}
    for what, title in titles.items():
        rows = [
            [route_title(one.route, language), str(wait.half), str(wait.most)]
            for one in view.items
            if one.unit is None
            for wait in one.waits
            if wait.what == what
        ]
        yield {"title": title, "rows": rows}
