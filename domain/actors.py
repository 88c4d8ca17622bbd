"""What people call the actors of a definition, and by which posts something may be done."""

from __future__ import annotations

from domain.case import Case
from domain.process import Process
from domain.steps import Actor
from domain.values import Text


def actor_title(process: Process, actor: Actor) -> Text:
    """Return what people call an actor of a definition."""
    if actor == "subject":
        return Text(zh="本人", en="the person concerned")
    if actor in process.case_roles:
        return process.case_roles[actor].title
    return process.roles[actor].title if actor in process.roles else Text(zh=actor, en=actor)


def somebody_else(process: Process, case: Case, by: tuple[Actor, ...]) -> Text | None:
    """Return by which posts and roles others could act, never by name; None where only the subject could."""
    titles = [
        actor_title(process, actor)
        for actor in by
        if actor != "subject" and ("." not in actor or case.unit_of_kind(actor.rpartition(".")[0]))
    ]
    if not titles:
        return None
    return Text(
        zh="由下列职务的其他人办理：" + "、".join(title.zh for title in titles),
        en="somebody else acts as: " + ", ".join(title.en for title in titles),
    )
