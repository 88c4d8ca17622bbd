"""What a look for patterns found, as a workbook: what was found, every pattern, every threshold."""

from __future__ import annotations

from typing import Final

from domain.values import Language
from services.pattern_views import FoundPage, FoundView, PatternView
from services.sheets import Sheet, workbook

_WORDS: Final = {
    "zh": {
        "found": (
            "发现",
            (
                "编号",
                "模式",
                "组织",
                "人员",
                "范围",
                "样本数",
                "数值",
                "阈值",
                "偶然概率",
                "起",
                "止",
                "可能无碍的原因",
            ),
        ),
        "patterns": ("模式", ("模式", "含义", "比较对象数", "依据", "可能无碍的原因")),
        "thresholds": ("阈值", ("阈值", "取值", "理由")),
    },
    "en": {
        "found": (
            "Found",
            (
                "Number",
                "Pattern",
                "Unit",
                "Person",
                "Of",
                "Looked at",
                "Figure",
                "Threshold",
                "Chance",
                "From",
                "To",
                "Why it may be innocent",
            ),
        ),
        "patterns": (
            "Patterns",
            ("Pattern", "What is counted", "Compared", "Basis", "Why it may be innocent"),
        ),
        "thresholds": ("Thresholds", ("Threshold", "Value", "Why")),
    },
}


def as_xlsx(page: FoundPage, language: Language) -> bytes:
    """Return the workbook of a look, with its words in a language."""
    words = _WORDS[language]
    patterns = {pattern.id: pattern for pattern in page.patterns}
    thresholds = () if page.run is None else page.run.thresholds
    return workbook(
        [
            Sheet(*words["found"], [_row(one, patterns[one.pattern]) for one in page.items]),
            Sheet(
                *words["patterns"],
                [(one.title, one.says, one.looked_at, one.basis, one.innocent) for one in page.patterns],
            ),
            Sheet(*words["thresholds"], [(one.id, one.value, one.why) for one in thresholds]),
        ]
    )


def _row(found: FoundView, pattern: PatternView) -> tuple[str | int | float | None, ...]:
    return (
        found.number,
        pattern.title,
        found.unit.name,
        None if found.person is None else found.person.name,
        found.narrowed,
        found.population,
        round(found.figure, 4),
        round(found.threshold, 4),
        found.chance,
        None if found.from_ is None else found.from_.isoformat(),
        None if found.to is None else found.to.isoformat(),
        pattern.innocent,
    )
