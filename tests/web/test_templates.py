"""What a template takes from others."""

import re
from collections import Counter
from pathlib import Path

import web

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))


def test_no_template_takes_two_macros_of_one_name():
    """The later one would be drawn for both, without a word."""
    for path in TEMPLATES:
        lists = re.findall(r'{%-? from "[^"]+" import ([^%]+?) -?%}', path.read_text("utf-8"))
        names = Counter(name.split(" as ")[-1].strip() for one in lists for name in one.split(","))
        assert [name for name, times in names.items() if times > 1] == [], path
