"""Templates draw what Jinja by itself would draw, with less work."""

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from markupsafe import Markup

from web.compiling import Drawing

_SAID = {"Menu": "菜单", "for %(name)s": "代<b>%(name)s</b>", "100%% sure": "百分之百 100%%"}
_WHOLE = """
{%- macro frame(a, b="x&y") %}[{{ a }}|{{ b }}|{{ caller() if caller else "" }}]{% endmacro -%}
{%- macro plain(a, also="&") %}({{ a }}{{ also }}){% endmacro -%}
{{ _("Menu") }} {{ _("100%% sure") }} {{ _("for %(name)s", name=name) }} {{ gettext("untold") }}
{% for one in several %}{{ loop.index }}{{ plain(one) }}{{ _("Menu") }}{% endfor %}
{% set kept %}{{ plain(name, also=_("for %(name)s", name=name)) }}{% endset %}{{ kept }}
{% call frame(name) %}<i>{{ name }}</i>{% endcall %}
{{ ngettext("%(num)s case", "%(num)s cases", 2) }} {{ name|upper }} {{ safe }} {{ 7 }}
{{ none }} {{ [name]|join(",") }}
"""
_SHOWN = {"name": "<張 'x'>", "several": ["a<", "好"], "safe": Markup("<hr>")}


def _made(kind: type[Environment]) -> Environment:
    made = kind(
        loader=DictLoader({"whole": _WHOLE}),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's own
        _said, lambda one, many, number: one if number == 1 else many, newstyle=True
    )
    if isinstance(made, Drawing):
        made.speak(_said)
    return made


def _said(sentence: str) -> str:
    return _SAID.get(sentence, sentence)


def test_what_is_drawn_is_what_jinja_draws():
    drawn = _made(Drawing).get_template("whole").render(_SHOWN)
    assert drawn == _made(Environment).get_template("whole").render(_SHOWN)
    assert "代<b>&lt;張 &#39;x&#39;&gt;</b>" in drawn
    assert "百分之百 100% " in drawn


def test_what_is_not_there_is_refused():
    with pytest.raises(UndefinedError):
        _made(Drawing).from_string("{{ nothing }}").render()
