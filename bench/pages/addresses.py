"""Every page there is, and who looks at it: one entry for each route, with addresses of the seeded record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAIN: Final = (
    "/inbox",
    "/cases",
    "/board",
    "/calendar",
    "/cases/{case_id}",
    "/reports/{report}",
    "/units/{unit_id}",
)
"""The pages that are also looked at in a browser."""

_SECRETARIES: Final = ("branch", "committee", "everything")
_ALL: Final = (*_SECRETARIES, "department")
_AUDITOR: Final = ("everything",)
_ADMINISTRATOR: Final = ("administrator",)
_SUBJECT: Final = ("subject",)


@dataclass(frozen=True)
class Address:
    """A page as somebody opens it: `{case}` and the like stand for what the visitor has there."""

    route: str
    path: str = ""
    by: tuple[str, ...] = ("branch", "everything")

    @property
    def asked(self) -> str:
        """The address, with what stands for something in braces."""
        return self.path or self.route


EVERY: Final = (
    Address("/inbox", by=_ALL),
    Address("/inbox/reading", "/inbox/reading?task={case}/{step}", by=("branch",)),
    Address("/cases", by=_ALL),
    Address("/cases", "/cases?q=wang&status=open", by=_ALL),
    Address("/board", by=_ALL),
    Address("/board/list", "/board/list?process={process}&stage={stage}", by=_ALL),
    Address("/board/list", "/board/list?overdue=true", by=_ALL),
    Address("/calendar", by=_ALL),
    Address("/calendar", "/calendar?month=2025-03", by=_ALL),
    Address("/meetings", by=("branch", "committee", "department")),
    Address("/people", by=_ALL),
    Address("/people", "/people?q=wang", by=_ALL),
    Address("/posts", by=_ALL),
    Address("/units", by=_ALL),
    Address("/units", "/units?q=一", by=_ALL),
    Address("/search", "/search?q=wang", by=_ALL),
    Address("/search", "/search?q=张", by=_ALL),
    Address("/messages", by=_ALL),
    Address("/processes", by=_ALL),
    Address("/processes/{process_id}", "/processes/{process}"),
    Address("/processes/{process_id}/differences", "/processes/{process}/differences"),
    Address("/reports", by=_ALL),
    *(
        Address("/reports/{report}", f"/reports/{name}", by=_ALL)
        for name in ("funnel", "stages", "deadlines", "workload", "admissions")
    ),
    Address("/cases/{case_id}", "/cases/{case}", by=_ALL),
    Address("/cases/{case_id}", "/cases/{case}?as_of={day}"),
    Address("/cases/{case_id}/days", "/cases/{case}/days"),
    Address("/cases/{case_id}/comments", "/cases/{case}/comments"),
    Address("/cases/{case_id}/steps/{step_id}", "/cases/{case}/steps/{step}", by=_ALL),
    Address("/cases/{case_id}/acts/{kind}", "/cases/{case}/acts/withdraw", by=("branch",)),
    Address("/cases/{case_id}/acts/{kind}", "/cases/{case}/acts/correct", by=("branch",)),
    Address("/cases/{case_id}/forms", "/cases/{case}/forms"),
    Address("/cases/{case_id}/forms/{form_id}", "/cases/{case}/forms/case.way"),
    Address("/cases/{case_id}/materials", "/cases/{case}/materials"),
    Address("/cases/{case_id}/materials/anew", "/cases/{case}/materials/anew", by=("branch",)),
    Address("/people/{person_id}", "/people/{person}", by=_ALL),
    Address("/people/{person_id}", "/people/{person}?as_of={day}"),
    Address("/units/{unit_id}", "/units/{unit}", by=_ALL),
    Address("/organisation/days", by=_ALL),
    Address("/log"),
    Address("/log/administration", by=_AUDITOR),
    Address("/audit", by=_AUDITOR),
    Address("/audit/patterns", by=_AUDITOR),
    Address("/audit/patterns/{run}/{number}", "/audit/patterns/{look}/1", by=_AUDITOR),
    Address("/audit/fairness", by=_AUDITOR),
    Address("/findings", by=_ALL),
    Address("/findings/{finding_id}", "/findings/{finding}", by=_AUDITOR),
    Address("/own/notices"),
    Address("/own/posts"),
    Address("/own/security"),
    Address("/own/sessions"),
    Address("/mine", by=_SUBJECT),
    Address("/start", by=("branch", "subject")),
    Address("/start/{draft_id}", "/start/{draft}?stage=who", by=_SUBJECT),
    Address("/start/{draft_id}", "/start/{draft}?stage=papers", by=_SUBJECT),
    Address("/start/{draft_id}", "/start/{draft}?stage=check", by=_SUBJECT),
    Address("/materials/{material_id}", "/materials/{material}", by=_SUBJECT),
    Address("/admin", by=_ADMINISTRATOR),
    Address("/admin/import", by=_ADMINISTRATOR),
    Address("/admin/delegations", by=_ADMINISTRATOR),
    Address("/admin/erasures", by=_ADMINISTRATOR),
    Address("/people/add", by=_ADMINISTRATOR),
    *(
        Address(f"/people/{{person_id}}/{name}", f"/people/{{member}}/{name}", by=_ADMINISTRATOR)
        for name in ("change", "sessions")
    ),
    *(
        Address(f"/units/{{unit_id}}/{name}", f"/units/{{below}}/{name}", by=_ADMINISTRATOR)
        for name in ("add", "close", "overlays")
    ),
    Address("/login", by=("nobody",)),
    Address("/problems", by=("nobody",)),
    Address("/problems/{name}", "/problems/internal", by=("nobody",)),
)

LEFT_OUT: Final = {
    "/": "sends on",
    "/login/second": "sends on who is not half-way in",
    "/messages/{message_id}": "notes that a message was read, and sends on",
    "/log/{position}": "the seeded record has no log; bench.proofs asks for proofs from a large one",
    "/units/{unit_id}/change": "is about what was said of a unit, and of seeded ones nothing was",
    **dict.fromkeys(
        (
            "/people/{person_id}/standings",
            "/people/{person_id}/restrictions",
            "/people/{person_id}/relations",
        ),
        "shown to who administers and holds another post there: seeded people do one or the other",
    ),
    "/meetings/{agenda_id}": "a draft that somebody made for one meeting; the seeded record has none",
    "/static/{digest}/{name:path}": "a file, read once in each process",
    "/stream": "news, for as long as the page is open",
    "/search/units": "a part of a page, below a field",
    "/calendar.ics": "a feed for programs",
    "/materials/{material_id}/preview": "a document as it was handed in",
    "/cases/{case_id}/forms/{form_id}/pages/{number}": "typesets a paper",
    "/reports/{report}/table.xlsx": "a workbook",
    "/audit/fairness/{form}": "a workbook or paper",
}
"""What is no page to look at, and why."""
