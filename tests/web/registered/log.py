"""The log: checkpoints, lines, and the proof of one."""

from tests.web.registry import Page

PAGES = (
    Page("/log"),
    Page("/log", "/log?from=0"),
    Page("/log/administration"),
    Page("/log/{position}", "/log/0"),
)

FORMS = ()
