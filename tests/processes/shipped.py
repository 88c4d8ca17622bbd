"""What ships: the definitions, their scenarios, and how one is run here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from domain.library import Library
from domain.process import Process
from domain.reading import read_process
from domain.rehearsing import Timeline, run
from domain.scenarios import ORGANISATION, Scenario, read_scenarios
from services.calendars import working_calendar

PROCESSES = Path(__file__).parents[2] / "processes"
MEMBERSHIP = "membership-development"


@cache
def library() -> Library:
    """Return every definition that ships."""
    return Library.of(
        read_process(file.read_text(encoding="utf-8"), file.name) for file in definition_files()
    )


def definition_files() -> list[Path]:
    return sorted(file for file in PROCESSES.glob("*/*.yaml") if file.parent.name != "overlays")


@cache
def scenarios(process: str) -> dict[str, Scenario]:
    """Return the scenarios of one process by name, passages written out."""
    files = sorted((PROCESSES / process / "scenarios").glob("*.yaml"))
    return read_scenarios({file.stem: file.read_text(encoding="utf-8") for file in files})


def every_scenario() -> list[tuple[str, str]]:
    """Return process and name of each scenario file."""
    files = sorted(PROCESSES.glob("*/scenarios/*.yaml"))
    return [(file.parents[1].name, file.stem) for file in files if file.stem != ORGANISATION]


def played(process: str, scenario: Scenario, definition: Process | None = None) -> Timeline:
    """Run a scenario under the version in force on its first day, or under `definition` instead."""
    edition = definition or library().for_start(process, scenario.opening.on)
    return run(edition, scenario, working_calendar(edition.calendar, scenario.opening.on))


@cache
def as_written(process: str, name: str) -> Timeline:
    """Run a scenario as it ships, once."""
    return played(process, scenarios(process)[name])
