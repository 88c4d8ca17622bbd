"""Of Tabler's styles pages are sent what they could show, and nothing else."""

from pathlib import Path

from web.served import STYLES, files
from web.styling import needed, shortened, words_in

ROOM = Path(__file__).parents[2] / "web"
WORDS = frozenset({"card", "btn", "table", "td", "w-1/2"})


def left(styles, also=""):
    return needed(styles, WORDS, also)


def test_a_rule_for_what_no_page_names_goes():
    assert left(".card{color:red}.carousel{color:red}") == ".card{color:red}"
    assert left(".card .carousel{color:red}") == ""
    assert left("video{color:red}.table td{color:red}") == ".table td{color:red}"


def test_of_several_selectors_those_stay_that_could_match():
    assert left(".carousel,.card{color:red}") == ".card{color:red}"


def test_what_a_selector_only_excludes_or_says_of_a_state_has_to_be_named_nowhere():
    rule = ".btn:not(.carousel):hover,.card[data-bs-theme=dark]::before,.btn:is(.a,.b){color:red}"
    assert left(rule) == rule


def test_a_class_that_is_escaped_is_known_by_its_name():
    assert left(".w-1\\/2{width:50%}.w-1\\/3{width:33%}") == ".w-1\\/2{width:50%}"


def test_a_rule_within_a_condition_is_looked_at_as_well():
    assert left("@media print{.card{color:red}.carousel{color:red}}@media (min-width:1px){.x{a:b}}") == (
        "@media print{.card{color:red}}"
    )


def test_a_variable_that_nothing_reads_goes_and_one_that_another_reads_stays():
    styles = ":root{--a:1;--b:var(--a);--c:2}.card{color:var(--b)}"
    assert left(styles) == ":root{--a:1;--b:var(--a)}.card{color:var(--b)}"
    assert ":root{--c:2}" in left(":root{--c:2;--d:3}", also="p{color:var(--c)}")


def test_a_sign_of_rules_within_quotes_is_text():
    rule = '.card{--x:url("data:a;{b}");background:var(--x);content:"};"}'
    assert left(rule) == rule
    assert left('.card{--y:url("data:a;b");color:red}') == ".card{color:red}"


def test_a_movement_that_nothing_makes_goes():
    styles = "@keyframes turn{to{opacity:0}}@keyframes run{to{opacity:0}}.card{animation:1s turn}"
    assert left(styles) == "@keyframes turn{to{opacity:0}}.card{animation:1s turn}"


def test_remarks_and_space_that_mean_nothing_are_not_sent():
    styles = "/* a remark; */\n.a , .b > i {\n  color: red;\n  margin: calc(1px + 2px) 0;\n}\n"
    assert shortened(styles) == ".a , .b > i{color: red;margin: calc(1px + 2px) 0;}"
    assert shortened('.a::after { content: "; {  /* x */"; }') == '.a::after{content: "; {  /* x */";}'


def test_pages_load_one_file_of_styles_that_is_small():
    assert [name for name in files() if name.endswith(".css")] == [STYLES]
    assert len(files()[STYLES].packed) < 25_000


def test_what_templates_are_made_of_is_there():
    sent = files()[STYLES].content.decode()
    used = words_in(ROOM.glob("templates/**/*.html"))
    for name in ("card", "btn", "btn-primary", "form-control", "form-select", "form-check-input", "table"):
        assert name in used
        assert f".{name}" in sent


def test_a_remark_ends_where_it_ends_whatever_follows_it():
    styles = "a, /* one */ b { c: d; /* two */ }\n.e /* three */ .f{ g: h /* four */ ; /* five */ }"
    assert shortened(styles) == "a,  b{c: d;}.e  .f{g: h;}"
