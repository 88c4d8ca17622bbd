"""What stands beside a dossier for whoever opens it: how to read it, and how to verify it."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

README: Final = {
    language: files("services").joinpath("dossier_texts", f"{language}.md").read_text("utf-8")
    for language in ("en", "zh")
}
