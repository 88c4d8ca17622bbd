"""No page lets a browser speak: it would do so in its own language, whatever the page is in."""

import re
from pathlib import Path

import pytest

import web

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_asks_for_days_and_numbers_as_text_and_says_itself_what_is_wrong(path):
    text = path.read_text("utf-8")
    assert re.findall(r'type="(?:date|time|month|week|datetime-local|number|color|range)"', text) == []
    forms = re.findall(r"<form\b[^>]*", text)
    assert [form for form in forms if "novalidate" not in form and 'method="dialog"' not in form] == []


def test_files_are_chosen_by_one_control_whose_words_are_those_of_the_page():
    holding = [path.name for path in TEMPLATES if 'type="file"' in path.read_text("utf-8")]
    assert holding == ["forms.html"]
