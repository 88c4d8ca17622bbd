"""The audit rules of the other processes: for each one history that breaks it, and one that keeps it."""

import pytest

from tests.domain.auditing.telling import book, told

DEBIAN, APACHE = "debian-new-member", "apache-committer"


def debian(name="ordinary"):
    return told(name, DEBIAN)


def apache(name="ordinary"):
    return told(name, APACHE)


BROKEN = {
    (DEBIAN, "A01"): lambda: debian().lacks("statement-of-intent"),
    (DEBIAN, "A02"): lambda: debian().lacks("sc-dmup-agreement"),
    (DEBIAN, "A03"): lambda: debian().lacks("advocacy"),
    (DEBIAN, "A04"): lambda: debian().names("advocates", "subject"),
    (DEBIAN, "A05"): lambda: debian("weak-key"),
    (DEBIAN, "A06"): lambda: debian().says("intent", half_a_year_as_maintainer=False),
    (DEBIAN, "B01"): lambda: debian().on("public-comment", "2026-02-05"),
    (DEBIAN, "B02"): lambda: debian().on("keycheck", "2026-02-25"),
    (DEBIAN, "B03"): lambda: debian().on("freeze", "2026-05-21"),
    (DEBIAN, "B04"): lambda: debian().on("keyring", "2026-05-19"),
    (DEBIAN, "B05"): lambda: debian("quiet-for-a-week"),
    (DEBIAN, "B06"): lambda: debian("manager-vanishes"),
    (DEBIAN, "B07"): lambda: debian().without("keycheck"),
    (DEBIAN, "B08"): lambda: debian().until("keycheck").looked_at_on("2026-09-01"),
    (DEBIAN, "E01"): lambda: debian().names("assign-manager", "subject"),
    (DEBIAN, "E02"): lambda: debian().by("account-managers-decide", "enrico", "project.front-desk"),
    (DEBIAN, "E03"): lambda: debian().by("account-managers-decide", "mary", "project.account-manager"),
    (DEBIAN, "E04"): lambda: debian().lacks("signed-decision"),
    (DEBIAN, "E05"): lambda: debian().lacks("am-report"),
    (DEBIAN, "E06"): lambda: debian("refused").unexplained("account-managers-decide"),
    (DEBIAN, "E07"): lambda: debian().by("freeze", "subject", "project.front-desk"),
    (APACHE, "B01"): lambda: apache().on("call-vote", "2026-03-01"),
    (APACHE, "B02"): lambda: apache().on("discuss", "2026-03-04"),
    (APACHE, "B03"): lambda: apache().on("invite", "2026-03-12"),
    (APACHE, "B04"): lambda: apache().on("agreement", "2026-03-29"),
    (APACHE, "B05"): lambda: apache("late-answer"),
    (APACHE, "B06"): lambda: apache().without("agreement"),
    (APACHE, "B07"): lambda: apache().until("vote").looked_at_on("2026-07-01"),
    (APACHE, "F01"): lambda: apache().on("vote", "2026-03-10"),
    (APACHE, "F02"): lambda: apache().counts("vote", present=3, yes=2, no=1),
    (APACHE, "F03"): lambda: apache().counts("vote", yes=3),
    (APACHE, "F04"): lambda: apache().lacks("vote-result"),
    (APACHE, "F05"): lambda: apache().lacks("contributor-agreement"),
    (APACHE, "F06"): lambda: apache().says("account-request", vote_address=None),
    (APACHE, "F07"): lambda: apache("not-now").unexplained("discuss"),
    (APACHE, "F08"): lambda: apache().by("account-created", "roy", "pmc.chair"),
    (APACHE, "F09"): lambda: apache().by("announce", "subject", "pmc.chair"),
}
"""For each rule a history that breaks it."""

KEPT = {
    (DEBIAN, "E06"): lambda: debian("refused"),
    (APACHE, "F07"): lambda: apache("not-now"),
}
"""For each rule a history that keeps it, where that is not the usual one."""

USUAL = {DEBIAN: debian, APACHE: apache}


def test_every_rule_has_a_history_that_breaks_it():
    assert set(BROKEN) == {(name, rule) for name in USUAL for rule in book(name).rules}
    assert set(KEPT) <= set(BROKEN)


@pytest.mark.parametrize("rule", sorted(BROKEN), ids="-".join)
def test_a_rule_is_broken_where_it_should_be(rule):
    verdict = BROKEN[rule]().verdict(rule[1])

    assert verdict.state == "broken"
    assert all(found.evidence and found.rule == rule[1] for found in verdict.found)


@pytest.mark.parametrize("rule", sorted(BROKEN), ids="-".join)
def test_a_rule_is_kept_where_it_should_be(rule):
    assert KEPT.get(rule, USUAL[rule[0]])().verdict(rule[1]).state == "kept"
