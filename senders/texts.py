"""The words of a message, in Chinese and English."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from domain.values import Language
from senders.messages import Message


def write(message: Message, public_url: str) -> tuple[str, str]:
    """Return subject and text in the reader's language. A kind without words of its own is a plain notice."""
    text = _template(message.language).render(
        message=message,
        process=message.process.in_language(message.language),
        step=message.step.in_language(message.language) if message.step else None,
        outcome=message.outcome.in_language(message.language) if message.outcome else None,
        in_place_of=message.in_place_of.in_language(message.language) if message.in_place_of else None,
        link=f"{public_url}/cases/{message.case}",
        lines=[
            (line.step.in_language(message.language), line.from_on, f"{public_url}/cases/{line.case}")
            for line in message.lines
        ],
    )
    subject, _, rest = text.strip().partition("\n")
    return subject, rest.lstrip("\n") + "\n"


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
