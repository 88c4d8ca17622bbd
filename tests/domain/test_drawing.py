"""A process drawn as Mermaid text."""

import pytest

from domain.drawing import mermaid
from domain.reading import read_process
from tests.domain.club import CLUB, plant

CHART = """\
flowchart TD
  subgraph g0["Applying"]
    s0["Application"]
    s1["Talk"]
    s2[["Sponsors"]]
    s0 --> s1
    s1 --> s2
  end
  subgraph g1["Joining"]
    s3(["Trial"])
    s4[/"Notice"/]
    s5{"Review"}
    s6{{"Vote"}}
    s4 -.->|"where it applies"| s5
    s4 --> s6
    s5 --> s6
  end
  e0((("Joined")))
  e1(("Not approved"))
  g0 -->|"Candidate"| g1
  g1 --> e0
  s1 -.->|"postponed"| s1
  s5 -.->|"back"| s4
  s5 -->|"refused"| e1
  s6 -.->|"extended"| s4
  s6 -.->|"extends"| s3
  s6 -->|"lost"| e1
"""


def club(*changes):
    return read_process(plant(*changes), "club.yaml")


def test_stages_are_boxes_and_outcomes_are_edges():
    assert mermaid(club(), "en") == CHART


def test_it_is_drawn_in_the_language_of_the_reader():
    chart = mermaid(club(), "zh")

    assert 'subgraph g0["申请"]' in chart
    assert 's4 -.->|"视情况"| s5' in chart
    assert "Trial" not in chart


def test_an_optional_step_is_drawn_as_one():
    chart = mermaid(club(OPTIONAL), "en")

    assert '-.->|"optional"| s3' in chart


TEA = "{id: tea, kind: record, title: {zh: 茶, en: Tea}, by: subject, optional: true}"
OPTIONAL = ("  - id: joining\n", f"      - {TEA}\n  - id: joining\n")


@pytest.mark.parametrize(
    "title, drawn",
    [
        ("'Talk \"at once\" #1 <b>'", '["Talk #quot;at once#quot; #35;1 #lt;b#gt;"]'),
        ('"two\\nlines"', '["two lines"]'),
        ("'end'", '["end"]'),
    ],
)
def test_a_title_cannot_break_out_of_its_quotes(title, drawn):
    chart = mermaid(club(("{zh: 谈话, en: Talk}", f"{{zh: 谈话, en: {title}}}")), "en")

    assert f"    s1{drawn}\n" in chart
    assert len(chart.splitlines()) == len(CHART.splitlines())


def test_a_name_that_mermaid_keeps_for_itself_does_no_harm():
    chart = mermaid(read_process(CLUB.replace("talk", "end"), "club.yaml"), "en")

    assert chart == CHART
