"""Setting type: a template and data become a PDF, or pictures of its pages; the same data, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

import pylopdf_fonts_zh_cn
import typst

_FONTS: Final = pylopdf_fonts_zh_cn.sans_path().parent
_REMEMBERED: Final = 8
"""Papers that are not set anew for each of their pages that somebody looks at."""


def as_pdf(template: str, data: Mapping[str, Any], **pictures: str) -> bytes:
    """Return a PDF. `template` is a file of this package; `pictures` are SVG that it asks for by name.

    What is in `data` is never taken for markup, whatever somebody wrote into a field.
    """
    return b"".join(_set("pdf", template, _text(data), tuple(sorted(pictures.items()))))


def as_pictures(template: str, data: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return a picture (SVG) of each page."""
    return _pictures(template, _text(data))


@lru_cache(_REMEMBERED)
def _pictures(template: str, text: str) -> tuple[bytes, ...]:
    return _set("svg", template, text, ())


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _set(
    kind: Literal["pdf", "svg"], template: str, text: str, pictures: tuple[tuple[str, str], ...]
) -> tuple[bytes, ...]:
    # Its types cannot say that a source is bytes, and that several pages are several answers.
    typeset: Any = typst.compile
    made = typeset(
        files("services").joinpath(template).read_bytes(),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        format=kind,
        sys_inputs={"data": text, **dict(pictures)},
    )
    return tuple(made) if isinstance(made, list) else (made,)
