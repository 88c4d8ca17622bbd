"""The words of a message, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from domain.values import Language
from senders.messages import Lent, Message


def write(message: Message, public_url: str) -> tuple[str, str]:
    """Return subject and text in the reader's language. A kind without words of its own is a plain notice."""
    text = _template(message.language).render(
        message=message,
        process=message.process.in_language(message.language),
        step=message.step.in_language(message.language) if message.step else None,
        outcome=message.outcome.in_language(message.language) if message.outcome else None,
        lent=None if message.lent is None else _lent(message.lent, message.language),
        link=f"{public_url}/cases/{message.case}",
        settings=f"{public_url}/own/notices",
        day=[
            (one, (one.step or one.process).in_language(message.language), f"{public_url}/cases/{one.case}")
            for one in message.day
        ],
        lines=[
            (line.step.in_language(message.language), line.from_on, f"{public_url}/cases/{line.case}")
            for line in message.lines
        ],
    )
    subject, _, rest = text.strip().partition("\n")
    return subject, rest.lstrip("\n") + "\n"


def _lent(lent: Lent, language: Language) -> Mapping[str, str]:
    """Return the words for a post and the two people, each on one line."""
    names = {"substitute": lent.substitute, "owner": lent.owner}
    return {"post": lent.post.in_language(language)} | {
        key: " ".join(name.split()) for key, name in names.items()
    }


@lru_cache(maxsize=2)
def _template(language: Language) -> Template:
    # Plain text: escaping for HTML would only spoil it.
    words = Environment(
        loader=PackageLoader("senders"),
        autoescape=False,  # noqa: S701 - no HTML is made here
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return words.get_template(f"{language}.txt")
