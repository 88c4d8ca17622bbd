"""docs/access.md shows the table as it is."""

from tests.access.page_table import the_pages
from tests.access.table import the_fields, the_table
from tests.access.write_matrix import FIELDS_PAGE, PAGE, matrix, with_fields, with_matrix


def test_the_page_has_the_matrix_of_the_table():
    page = PAGE.read_text("utf-8")
    assert page == with_matrix(page, the_table(), the_pages()), "run: python -m tests.access.write_matrix"


def test_the_page_shows_the_table_of_fields():
    page = FIELDS_PAGE.read_text("utf-8")
    assert page == with_fields(page, the_fields()), "run: python -m tests.access.write_matrix"


def test_every_row_of_the_table_is_a_line_of_the_matrix():
    lines = [line for line in matrix(the_table(), the_pages()).splitlines() if line.startswith("| `")]
    assert len(lines) == len(the_table().rows) + len(the_pages())
    assert all("**" in line for line in lines)
