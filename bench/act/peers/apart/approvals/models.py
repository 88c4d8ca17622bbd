"""The rows: viewflow's process and tasks, and beside them what every peer keeps."""

from django.db import models
from viewflow.workflow.models import Process


class Case(Process):
    """A case is a process of viewflow with a subject, a unit, and the head of its chain."""

    case_id = models.CharField(max_length=64, unique=True)
    subject_id = models.CharField(max_length=64)
    unit_id = models.CharField(max_length=64)
    seq = models.IntegerField(default=1)
    head = models.CharField(max_length=64)


class Kept(models.Model):
    """A table that the measurement made."""

    class Meta:
        """Nothing of its own."""

        abstract = True
        managed = False


class Unit(Kept):  # noqa: DJ008 - nobody looks at these rows
    """A unit and the one above it."""

    id = models.CharField(primary_key=True, max_length=64)
    parent_id = models.CharField(max_length=64)

    class Meta(Kept.Meta):
        """The table that every peer has."""

        abstract = False
        db_table = "peer_units"


class Post(Kept):  # noqa: DJ008 - nobody looks at these rows
    """Who holds which role where."""

    pk = models.CompositePrimaryKey("person_id", "role", "unit_id")
    person_id = models.CharField(max_length=64)
    role = models.CharField(max_length=80)
    unit_id = models.CharField(max_length=64)

    class Meta(Kept.Meta):
        """The table that every peer has."""

        abstract = False
        db_table = "peer_posts"


class Token(Kept):  # noqa: DJ008 - nobody looks at these rows
    """Whose token it is."""

    digest = models.CharField(primary_key=True, max_length=64)
    person_id = models.CharField(max_length=64)

    class Meta(Kept.Meta):
        """The table that every peer has."""

        abstract = False
        db_table = "peer_tokens"


class Event(Kept):  # noqa: DJ008 - nobody looks at these rows
    """What happened, with its place in the chain."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.CharField(max_length=64)
    seq = models.IntegerField()
    step = models.CharField(max_length=80)
    actor = models.CharField(max_length=64)
    occurred_on = models.CharField(max_length=10)
    recorded_at = models.CharField(max_length=40)
    data = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta(Kept.Meta):
        """The table that every peer has."""

        abstract = False
        db_table = "peer_events"


class Message(Kept):  # noqa: DJ008 - nobody looks at these rows
    """What the person concerned is told."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.CharField(max_length=64)
    seq = models.IntegerField()
    person_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=80)
    created_at = models.CharField(max_length=40)

    class Meta(Kept.Meta):
        """The table that every peer has."""

        abstract = False
        db_table = "peer_messages"
