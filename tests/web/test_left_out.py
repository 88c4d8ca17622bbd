"""What an exclusion rests on, as fields of a form and back."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Backing, Excluded
from services.views import MaterialView
from web.forms import Filled
from web.left_out import fields_of, left_out_in, said_for_each

WORDS = st.text("7号会", min_size=1, max_size=4)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))
BACKINGS = st.none() | st.builds(Backing, on=DAYS, ref=WORDS, material=st.none() | WORDS)
LEFT_OUT = st.lists(
    st.builds(
        Excluded,
        person=st.sampled_from(["a", "b:c", "d"]),
        ground=st.sampled_from(["ill", "abroad"]),
        consent=BACKINGS,
        resolution=BACKINGS,
    ),
    unique_by=lambda one: one.person,
    max_size=3,
).map(tuple)


def papers_of(form):
    return {
        name.removeprefix("kept."): tuple(
            MaterialView(id=one, sha256="", media_type="", size=1, name="") for one in values
        )
        for name, values in form.values.items()
        if name.startswith("kept.")
    }


@given(LEFT_OUT)
def test_a_form_says_of_everybody_left_out_what_was_kept_of_him(left_out):
    form = Filled(fields_of(left_out))
    assert left_out_in(form, papers_of(form)) == left_out


@given(LEFT_OUT)
def test_saying_it_for_each_changes_nothing_that_was_said(left_out):
    form = Filled(fields_of(left_out))
    assert left_out_in(*said_for_each(form, papers_of(form))) == left_out


@given(LEFT_OUT)
def test_what_is_the_same_for_everybody_is_asked_for_once(left_out):
    alike = tuple(
        one.model_copy(update={"consent": None, "resolution": Backing(ref="3")}) for one in left_out
    )
    asked = [name for name in fields_of(alike) if not name.startswith("excluded.")]
    assert asked == (["ref.rests:resolution"] if alike else [])
