"""No page lets a browser speak: it would do so in its own language, whatever the page is in."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import web
from web import days

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


def test_no_script_asks_a_browser_how_a_day_or_a_number_is_written():
    scripts = sorted((Path(web.__file__).parent / "static").glob("*.js"))
    assert [path.name for path in scripts if re.search(r"\bIntl\b|toLocale", path.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_scripts_write_days_in_the_words_in_which_pages_do(language):
    said = days.day_words(language)
    for on in (date(2026, 1, 1) + timedelta(days=number) for number in range(0, 400, 13)):
        parts = {
            "year": on.year,
            "month": said.months[on.month - 1],
            "day": on.day,
            "weekday": said.weekdays[on.weekday()],
        }
        assert said.day.format(**parts) == days.day(on, language)
        assert said.month.format(**parts) == days.month(on, language)
        assert said.weekdays[on.weekday()] == days.weekday(on, language)
        assert said.short_weekdays[on.weekday()] == days.short_weekday(on, language)
        assert days.day(on, language) in said.whole.format(**parts)
        assert days.weekday(on, language) in said.whole.format(**parts)
