"""What is shown of figures over many cases."""

from __future__ import annotations

from datetime import date, datetime

from services.spreads import SpreadView
from services.views import From, Named, View


class OfView(View):
    """Of what figures are."""

    process: Named
    unit: Named | None
    """Cases of it and of all below; None: of everything the caller sees."""
    from_: From
    to: date


class StatsView(View):
    """What every report says: of what it is, and in one sentence what it shows."""

    of: OfView
    counted_at: datetime
    """When it was counted: of many cases, up to five minutes ago."""
    headline: str


class FunnelStage(View):
    """How many of the cases that began in the period reached a stage, and what became of them there."""

    stage: str
    title: str
    reached: int
    now: int
    ended: int
    went_on: int


class FunnelView(StatsView):
    """How far cases get."""

    total: int
    items: tuple[FunnelStage, ...]


class StageTime(View):
    """Days in a stage: of those that finished it in the period, and of those that are in it today."""

    stage: str
    title: str
    took: SpreadView | None
    under_way: SpreadView | None


class StepWait(View):
    """Days from the first on which a step could be done to the one on which it was."""

    step: str
    title: str
    waited: SpreadView
    is_bottleneck: bool


class StagesView(StatsView):
    """How long things take."""

    items: tuple[StageTime, ...]
    steps: tuple[StepWait, ...]


class StepDeadlines(View):
    """How often a step that had a deadline was done in time, and how often late."""

    step: str
    title: str
    kept: int
    late: int


class DeadlinesView(StatsView):
    """Deadlines kept."""

    kept: int
    late: int
    items: tuple[StepDeadlines, ...]


class RoleLoad(View):
    """What is asked of a role: today, of that overdue, from a later day on; and what was done as it."""

    actor: str
    title: str
    now: int
    overdue: int
    later: int
    done: int


class WorkloadView(StatsView):
    """Workload by role."""

    items: tuple[RoleLoad, ...]


class MonthView(View):
    """A month, `2026-05`, and how many."""

    month: str
    number: int


class GainedView(View):
    """How many people gained a standing, by month."""

    standing: str
    title: str
    total: int
    months: tuple[MonthView, ...]


class AdmissionsView(StatsView):
    """Standings gained by month."""

    items: tuple[GainedView, ...]
