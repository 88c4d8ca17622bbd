"""What a template takes from others."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

import web
from web.drawing import Compiled

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))


def test_no_template_takes_two_macros_of_one_name():
    """The later one would be drawn for both, without a word."""
    for path in TEMPLATES:
        lists = re.findall(r'{%-? from "[^"]+" import ([^%]+?) -?%}', path.read_text("utf-8"))
        names = Counter(name.split(" as ")[-1].strip() for one in lists for name in one.split(","))
        assert [name for name, times in names.items() if times > 1] == [], path


class Reader(Environment):
    """Draws what was compiled, and compiles nothing."""

    def compile(self, *_, **__):
        raise AssertionError("compiled again")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder in which a process kept what it compiled."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    drawn(Environment, tmp_path / "kept")
    return tmp_path / "kept"


def drawn(kind, folder, text="{{ 1 + 1 }} of them"):
    made = kind(loader=DictLoader({"page.html": text}), bytecode_cache=Compiled(folder))
    return made.get_template("page.html").render()


def test_what_one_process_compiled_is_not_compiled_by_the_next(kept):
    assert drawn(Reader, kept) == "2 of them"
    assert len(list(kept.iterdir())) == 1


def test_a_template_that_was_changed_is_compiled_again(kept):
    with pytest.raises(AssertionError, match="compiled again"):
        drawn(Reader, kept, "none of them")
    assert drawn(Environment, kept, "none of them") == "none of them"


def test_a_file_that_is_not_whole_is_passed_over(kept):
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert drawn(Environment, kept) == "2 of them"
    assert drawn(Reader, kept) == "2 of them"


def test_nothing_is_kept_where_nothing_can_be_written_or_python_keeps_nothing_either(tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    assert drawn(Environment, tmp_path / "a file" / "kept") == "2 of them"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert drawn(Environment, tmp_path / "kept") == "2 of them"
    assert not (tmp_path / "kept").exists()
