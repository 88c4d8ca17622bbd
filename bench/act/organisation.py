"""The organisation of the measurement: invented, and the same for everything that is measured.

One committee that approves, and below it branches of twelve full members each, as the walk of a case expects.
Cases are spread over the branches, so that none of them grows beyond what a branch is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

COMMITTEE_ROLES = ("secretary", "reviewer", "reviewer", "reviewer", "organiser")
BRANCH_ROLES = ("secretary", "organisation-member", "publicity-member", "discipline-member")
MEMBERS = 12
COMMITTEE = hashlib.sha256(b"committee").hexdigest()[:32]
DEPARTMENT = hashlib.sha256(b"department").hexdigest()[:32]


def an_id(kind: str, *numbers: int) -> str:
    """Return an opaque id, the same each time."""
    return hashlib.sha256(f"{kind}/{numbers}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Organisation:
    """How many branches, and how many people who will apply."""

    branches: int
    applicants: int

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The ids of the branches."""
        return tuple(an_id("branch", number) for number in range(self.branches))

    def members(self, branch: int) -> tuple[str, ...]:
        """Return the full members of a branch; the first four are its committee."""
        return tuple(an_id("member", branch, number) for number in range(MEMBERS))

    @cached_property
    def committee(self) -> tuple[str, ...]:
        """The people of the committee, in the order of their roles."""
        return tuple(an_id("committee", number) for number in range(len(COMMITTEE_ROLES)))

    def applicant(self, number: int) -> tuple[str, int]:
        """Return the id of an applicant and the number of the branch."""
        return an_id("applicant", number), number % self.branches

    def posts(self) -> list[tuple[str, str, str]]:
        """Return every post: person, role, unit."""
        held = [
            (person, role, COMMITTEE) for person, role in zip(self.committee, COMMITTEE_ROLES, strict=True)
        ]
        for branch, unit in enumerate(self.units):
            people = self.members(branch)[: len(BRANCH_ROLES)]
            held += [(person, role, unit) for person, role in zip(people, BRANCH_ROLES, strict=True)]
        return held

    def logins(self) -> dict[str, str]:
        """Return the person behind each login that acts: one secretary a branch, three of the committee."""
        secretary, reviewer, _, _, organiser = self.committee
        above = {"committee": secretary, "reviewer": reviewer, "organiser": organiser}
        return above | {f"secretary-{branch}": self.members(branch)[0] for branch in range(self.branches)}


def login_for(role: str, branch: int) -> str:
    """Return the login that acts in a role of the walk for a case of a branch."""
    return f"secretary-{branch}" if role == "secretary" else role
