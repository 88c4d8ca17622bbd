"""The one table of the flow's own; the others are viewflow's, or made by the measurement."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A case beside the process it is."""

    initial = True
    dependencies: ClassVar = [("viewflow", "0015_task_scheduled")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "process_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="viewflow.process",
                    ),
                ),
                ("case_id", models.CharField(max_length=64, unique=True)),
                ("subject_id", models.CharField(max_length=64)),
                ("unit_id", models.CharField(max_length=64)),
                ("seq", models.IntegerField(default=1)),
                ("head", models.CharField(max_length=64)),
            ],
            bases=("viewflow.process",),
        ),
    ]
