"""`accede case`: what a person does to cases, over HTTP, with a token. The address is ACCEDE_URL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from commands.failures import CommandFailed
from commands.remote import Remote

app = typer.Typer(help="Start, read and act on cases over HTTP.", no_args_is_help=True, rich_markup_mode=None)

_CONSOLE = Console(highlight=False, soft_wrap=True)

CaseId = Annotated[str, typer.Argument(help="The case.")]
Url = Annotated[str, typer.Option("--url", envvar="ACCEDE_URL", help="Where the API is.")]
Token = Annotated[str, typer.Option("--token", envvar="ACCEDE_TOKEN", help="Made with `accede token`.")]
Json = Annotated[bool, typer.Option("--json", help="Print the API's answer as it is.")]
Language = Annotated[str, typer.Option("--language", help="zh or en.")]
Day = Annotated[str | None, typer.Option("--on", help="The day it happened, such as 2026-06-01; else today.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why it is late or unusual.")]
Fields = Annotated[list[str] | None, typer.Option("--field", help="An answer, name=value; again for more.")]
Files = Annotated[list[str] | None, typer.Option("--material", help="A document, kind=file; again for more.")]

_HERE = "http://127.0.0.1:8000"


@app.command()
def start(  # noqa: PLR0913 - each is an option of the command
    subject: Annotated[str, typer.Argument(help="Whose case it is: a person's id.")],
    unit: Annotated[str, typer.Argument(help="The unit's id.")],
    *,
    process: Annotated[str, typer.Option(help="The process.")] = "membership-development",
    on: Day = None,
    reason: Reason = None,
    field: Fields = None,
    material: Files = None,
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Start a case; this completes the first step of the process."""
    with Remote(url, token, language) as remote:
        body = {
            "process": process,
            "subject": subject,
            "unit": unit,
            **_said(remote, on, reason, field, material),
        }
        _tell_case(remote.post("/v1/cases", body).json(), as_json=as_json)


@app.command()
def show(
    case: CaseId, *, url: Url = _HERE, token: Token = "", language: Language = "en", as_json: Json = False
) -> None:
    """Show a case: where it stands, what is open, who may act, and why not."""
    with Remote(url, token, language) as remote:
        _tell_case(remote.get(f"/v1/cases/{case}").json(), as_json=as_json)


@app.command()
def difference(
    case: CaseId,
    *,
    earlier: Annotated[str, typer.Option("--from", help="The earlier day, such as 2026-01-31.")],
    later: Annotated[str, typer.Option("--to", help="The later day.")],
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Show what became different in a case between the ends of two days: facts, rules, rights, units."""
    with Remote(url, token, language) as remote:
        found = remote.get(f"/v1/cases/{case}/difference", **{"from": earlier, "to": later}).json()
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    _CONSOLE.print(f"events {found['from_seq'] + 1} to {found['to_seq']}")
    table = Table("", earlier, later)
    for fact in found["facts"]:
        if fact["different"]:
            table.add_row(fact["title"], fact["was"] or "-", fact["becomes"] or "-")
    for unit in found["units"]:
        for fact in unit["facts"]:
            table.add_row(f"{unit['name']}: {fact['title']}", fact["was"] or "-", fact["becomes"] or "-")
    for right in found["rights"] or ():
        who = f"{right['access']['person']['name']}, {right['access']['role']}"
        table.add_row(who, "-" if right["came"] else "sees it", "sees it" if right["came"] else "-")
    _CONSOLE.print(table, soft_wrap=False)
    for rule in found["rules"]:
        _CONSOLE.print(f"{rule['title']}: its rules read differently")


@app.command()
def act(  # noqa: PLR0913 - each is an option of the command
    case: CaseId,
    step: Annotated[
        str, typer.Argument(help="The step, or withdraw, suspend, resume, transfer, correct, appeal.")
    ],
    *,
    outcome: Annotated[str | None, typer.Option(help="How the step ended.")] = None,
    on: Day = None,
    reason: Reason = None,
    field: Fields = None,
    material: Files = None,
    person: Annotated[
        list[str] | None, typer.Option(help="Somebody named for a role; again for more.")
    ] = None,
    meeting: Annotated[str | None, typer.Option(help='A vote: "eligible=16 present=12 yes=11 no=1".')] = None,
    entry: Annotated[str | None, typer.Option(help="The periodic duty this is an entry of.")] = None,
    more: Annotated[str | None, typer.Option("--body", help="Further parts of the request, as JSON.")] = None,
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Act on a case, on the state that it is in now."""
    with Remote(url, token, language) as remote:
        head = remote.get(f"/v1/cases/{case}").headers["etag"]
        body = _said(remote, on, reason, field, material)
        body |= {"outcome": outcome} if outcome else {}
        body |= {"people": person} if person else {}
        body |= {"meeting": {key: int(number) for key, number in _pairs(meeting.split())}} if meeting else {}
        if entry:
            body["entry"] = {"kind": entry, "fields": body.pop("fields", {})}
        body |= _parsed(more) if more else {}
        where = step if step in _WHOLE_CASE else f"steps/{step}"
        done = remote.post(f"/v1/cases/{case}/{where}", body, head=head).json()
        if as_json:
            typer.echo(json.dumps(done, ensure_ascii=False))
            return
        for warning in done["warnings"]:
            _CONSOLE.print(f"[yellow]noted[/] {warning['rule']} ({warning['basis']}): {warning['detail']}")
        _tell_case(done["case"], as_json=False)


@app.command()
def history(
    case: CaseId, *, url: Url = _HERE, token: Token = "", language: Language = "en", as_json: Json = False
) -> None:
    """Show everything that was recorded in a case."""
    with Remote(url, token, language) as remote:
        events = list(remote.pages(f"/v1/cases/{case}/history"))
    if as_json:
        typer.echo(json.dumps(events, ensure_ascii=False))
        return
    # What happened in which step is read in full on a narrow screen, too.
    in_full = [Column(name, overflow="fold") for name in ("what", "step")]
    table = Table(
        "seq", "happened", "recorded", *in_full, "actor", "hash", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for event in events:
        recorded = event["recorded_at"][:16].replace("T", " ")
        actor = (event["actor"] or "")[:8]
        step = event["step"] or ""
        table.add_row(
            str(event["seq"]), event["occurred_on"], recorded, event["type"], step, actor, event["hash"][:8]
        )
    _CONSOLE.print(table, soft_wrap=False)


@app.command()
def explain(
    case: CaseId, *, url: Url = _HERE, token: Token = "", language: Language = "en", as_json: Json = False
) -> None:
    """Say why a case waits, for whom, and what comes next."""
    with Remote(url, token, language) as remote:
        told = remote.get(f"/v1/cases/{case}/explain").json()
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else told["now"])


_WHOLE_CASE = frozenset(
    {"withdraw", "suspend", "resume", "transfer", "correct", "migrate", "appeal", "recuse"}
)


def _said(
    remote: Remote, on: str | None, reason: str | None, fields: list[str] | None, files: list[str] | None
) -> dict[str, Any]:
    materials: dict[str, list[str]] = {}
    for kind, file in _pairs(files or []):
        materials.setdefault(kind, []).append(remote.upload(Path(file)))
    answers = {name: _value(text) for name, text in _pairs(fields or [])}
    said = {"occurred_on": on, "reason": reason, "fields": answers, "materials": materials}
    return {name: part for name, part in said.items() if part}


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    for text in texts:
        if "=" not in text:
            raise CommandFailed(f"{text!r} is not of the form name=value")
    return [(text.partition("=")[0], text.partition("=")[2]) for text in texts]


def _value(text: str) -> str | int | bool:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.lstrip("-").isdigit() else text


def _parsed(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise CommandFailed(f"--body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise CommandFailed("--body is a JSON object")
    return parsed


def _tell_case(case: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(case, ensure_ascii=False))
        return
    process = case["process"]
    end = f", {case['outcome']}" if case["outcome"] else ""
    _CONSOLE.print(f"[bold]{case['id']}[/]  {case['subject']['name']}, {case['unit']['name']}")
    _CONSOLE.print(f"{process['title']} {process['version']}: {case['status']}{end}, stage {case['stage']}")
    for step in case["open_steps"]:
        due = f", due {step['due_on']}" if step["due_on"] else ""
        late = " [red]overdue[/]" if step["overdue"] else ""
        waits = ", ".join(step["waiting_for"])
        _CONSOLE.print(f"  • {step['step']}: {step['title']} — waits for {waits}{due}{late}")
        if step["why_not"]:
            passes = f" (from {step['why_not']['passes_on']})" if step["why_not"]["passes_on"] else ""
            _CONSOLE.print(f"    not by you now: {step['why_not']['detail']}{passes}")
