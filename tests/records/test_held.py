"""Every column that names somebody is in the export, or left out for a reason."""

import pytest
import sqlalchemy as sa

from records.held import LEFT_OUT, ROWS, SHOWN, naming
from records.tables import metadata
from services.exporting import ExportView

EVERY = {place for table in metadata.sorted_tables for place in naming(table)}


def test_each_column_that_names_somebody_has_its_line():
    assert EVERY - {*SHOWN, *ROWS, *LEFT_OUT} == set()


def test_no_line_is_about_a_column_that_is_not_there():
    there = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert {*SHOWN, *ROWS, *LEFT_OUT} - there == set()
    for place, names in ROWS.items():
        assert set(names) <= set(metadata.tables[place.partition(".")[0]].columns.keys()), place


def test_what_is_in_is_not_left_out_and_names_a_part_of_the_export():
    assert not {*SHOWN, *ROWS} & LEFT_OUT.keys()
    assert set(SHOWN.values()) <= set(ExportView.model_fields)
    assert all(reason for reason in LEFT_OUT.values())


@pytest.mark.parametrize(
    "column",
    [sa.Column("person_id", sa.String), sa.Column("who", sa.ForeignKey("people.id")), sa.Column("login")],
)
def test_a_new_table_that_names_somebody_would_be_missed(column):
    made = sa.Table("news", sa.MetaData(), column)
    sa.Table("people", made.metadata, sa.Column("id", sa.String, primary_key=True))
    assert naming(made) == (f"news.{column.name}",)


def test_nothing_that_opens_a_door_is_handed_out():
    told = {f"{place.partition('.')[0]}.{name}" for place, names in ROWS.items() for name in names}
    secrets = {"accounts.password_hash", "sessions.id_hash", "code_apps.sealed", "recovery_codes.code_hash"}
    assert not told & secrets
