"""Of which topics messages cannot be switched off is read from a file, which says why or is refused."""

from pathlib import Path

import pytest

from records.preferences import BadNotices, read_required

SHIPPED = Path(__file__).parents[2] / "processes"


def test_what_is_shipped_says_by_which_article_results_are_told():
    required = read_required(SHIPPED)
    assert list(required) == ["results"]
    assert required["results"].basis == "24"


def test_without_the_file_everything_may_be_switched_off(tmp_path):
    assert read_required(tmp_path) == {}


@pytest.mark.parametrize(
    "text",
    [
        'gossip: {source: {zh: 甲, en: A}, basis: "1", says: {zh: 乙, en: B}}',
        'results: {basis: "1"}',
        "results: [",
        "- results",
    ],
)
def test_a_file_that_does_not_say_why_is_refused(tmp_path, text):
    (tmp_path / "notices.yaml").write_text(text, "utf-8")
    with pytest.raises(BadNotices):
        read_required(tmp_path)
