"""The organisation: units in a tree, people, posts, and posts lent to substitutes.

Days are the organisation's; `to_on` is the last day, None while there is none. Ids are opaque and made here
unless they are given.
"""

from __future__ import annotations

from records.delegations import (
    Delegation,
    add_delegation,
    delegation,
    delegations_by_id,
    delegations_in_force,
    end_delegation,
    list_delegations,
)
from records.people import (
    Person,
    add_person,
    add_restriction,
    change_person,
    list_people,
    names_of,
    person,
    persons,
)
from records.posts import Post, add_post, end_post, list_posts, post, posts_by_id, posts_held
from records.units import Unit, add_unit, change_unit, list_units, move_unit, path_of, unit

__all__ = [
    "Delegation",
    "Person",
    "Post",
    "Unit",
    "add_delegation",
    "add_person",
    "add_post",
    "add_restriction",
    "add_unit",
    "change_person",
    "change_unit",
    "delegation",
    "delegations_by_id",
    "delegations_in_force",
    "end_delegation",
    "end_post",
    "list_delegations",
    "list_people",
    "list_posts",
    "list_units",
    "move_unit",
    "names_of",
    "path_of",
    "person",
    "persons",
    "post",
    "posts_by_id",
    "posts_held",
    "unit",
]
