"""A dossier on paper: the whole process, votes, documents, a page of proof; the same until it changes."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import pylopdf_fonts_zh_cn
import segno
import typst

from domain.process import Process
from domain.values import Language
from services.dossiers import Gathered, editions_of, gathered
from services.parts import Caller, Parts

_FONTS: Final = pylopdf_fonts_zh_cn.sans_path().parent
_COUNTS: Final = ("eligible", "present", "yes", "no", "abstain")


async def as_pdf(parts: Parts, caller: Caller, case_id: str) -> bytes:
    """Return a dossier as a PDF in the caller's language. Raises NotFound, NotReady."""
    made = await gathered(parts, caller, case_id)
    return await asyncio.to_thread(_typeset, _data(made, caller.language), made.found.head)


def _typeset(data: dict[str, Any], head: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(head, error="m").save(drawn, kind="svg", xmldecl=False)
    source = files("services").joinpath("dossier_texts", "dossier.typ").read_bytes()
    # Its types cannot say that a source is bytes.
    typeset: Any = typst.compile
    made: bytes = typeset(
        source,
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        # As data it cannot be taken for markup, whatever somebody wrote into a field.
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "qr": drawn.getvalue().decode()},
    )
    return made


def _data(made: Gathered, language: Language) -> dict[str, Any]:
    case, words = made.found.case, _WORDS[language]
    edition = made.found.edition
    subject = made.names.people.get(case.subject, case.subject)
    rows = list(zip(words["facts"], _facts(made, subject), strict=True))
    return {
        "language": language,
        "words": words,
        "title": words["title"],
        "process": f"{edition.title.in_language(language)} {edition.version}",
        "case": case.id,
        "facts": [[name, value] for name, value in rows if value],
        "events": [_event(made, line, language) for line in made.lines],
        "votes": list(_votes(made, language)),
        "documents": [
            {"name": one.name, "size": f"{one.size:,}", "sha256": one.sha256} for one in made.documents
        ],
        "head": made.found.head,
        "checkpoint": made.checkpoint.whole.strip(),
        "keys": [
            {"verifier": key.verifier, "days": f"{key.from_at} – {key.until or words['now']}"}
            for key in made.keys
        ],
    }


def _facts(made: Gathered, subject: str) -> Iterator[str]:
    case = made.found.case
    yield subject
    yield made.names.units.get(case.unit, case.unit)
    yield " – ".join(day.isoformat() for day in (case.opened_on, case.closed_on) if day is not None)
    yield case.status if case.outcome is None else f"{case.status}: {case.outcome}"
    yield case.standing
    yield "" if made.provenance is None else made.provenance["origin"]


def _event(made: Gathered, line: Mapping[str, Any], language: Language) -> dict[str, Any]:
    data = made.readable.get(line["seq"], line["data"])
    step = _title(made, line["step"], language)
    outcome = data.get("outcome") if isinstance(data, Mapping) else None
    who = [line["actor"], line["on_behalf_of"]]
    return {
        "seq": line["seq"],
        "occurred_on": line["occurred_on"],
        "recorded_at": str(line["recorded_at"])[:19].replace("T", " "),
        "what": " · ".join(str(part) for part in (step, line["type"], outcome) if part),
        "who": " / ".join(made.names.people.get(one, one) for one in who if one),
        "lines": list(_said(data, language)),
        "withheld": "withheld" in line,
    }


def _said(data: Any, language: Language) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield what was said in an event: answers, texts, the reason, and gaps of what was brought in."""
    if not isinstance(data, Mapping):
        return
    for kind in ("values", "texts"):
        answers = data.get(kind)
        if isinstance(answers, Mapping):
            yield from (f"{name}: {value}" for name, value in answers.items())
    if data.get("reason"):
        yield str(data["reason"])
    for gap in data.get("gaps") or ():
        yield f"{gap['rule']}: {gap['detail'][language]}"


def _votes(made: Gathered, language: Language) -> Iterator[list[str]]:
    for line in made.lines:
        met = line["data"].get("meeting") if isinstance(line["data"], Mapping) else None
        if isinstance(met, Mapping):
            counts = ["" if met.get(name) is None else str(met[name]) for name in _COUNTS]
            yield [f"{line['occurred_on']} {_title(made, line['step'], language)}", *counts]


def _title(made: Gathered, step: str | None, language: Language) -> str:
    if step is None:
        return ""
    editions: tuple[Process, ...] = editions_of(made.found)
    for edition in reversed(editions):
        if step in edition.steps:
            return edition.steps[step].title.in_language(language)
    return step


_WORDS: Final[dict[Language, dict[str, Any]]] = {
    "zh": {
        "title": "个案档案",
        "facts": ("当事人", "所在组织", "起止日期", "状态", "身份", "来自"),
        "history": "全过程记录",
        "number": "序号",
        "day": "日期 / 登记时间（UTC）",
        "what": "内容",
        "withheld": "（部分内容未向本档案的取得人显示）",
        "votes": "表决",
        "vote_heads": ("会议", "应到", "实到", "赞成", "反对", "弃权"),
        "documents": "材料清单",
        "none": "没有材料。",
        "name": "名称",
        "size": "字节",
        "proof": "证明",
        "head_says": "最后一条记录的散列（二维码内容相同）。任何一条记录若有改动，它都会不同：",
        "log_says": "下列经签名的检查点覆盖本案全部记录。可与另行保存的检查点比对：",
        "keys_say": "签名所用的公钥及其期间：",
        "now": "至今",
    },
    "en": {
        "title": "Dossier of a case",
        "facts": ("Person", "Unit", "From – until", "Status", "Standing", "Came from"),
        "history": "What happened",
        "number": "No.",
        "day": "Day / recorded (UTC)",
        "what": "What",
        "withheld": "(parts of this are not shown to whoever took this dossier)",
        "votes": "Votes",
        "vote_heads": ("Meeting", "Eligible", "Present", "Yes", "No", "Abstained"),
        "documents": "Documents",
        "none": "There are none.",
        "name": "Name",
        "size": "Bytes",
        "proof": "Proof",
        "head_says": "The hash of the last event, also in the code beside. It would differ if any event did:",
        "log_says": "This signed checkpoint is over every event here; compare it with one kept elsewhere:",
        "keys_say": "The public keys it is checked with, and their days:",
        "now": "now",
    },
}
