"""A viewflow service: Django behind gunicorn, with a process for each core and threads in each."""

from __future__ import annotations

import os
import sys

from bench.act.peers.door import arguments

_THREADS = 8


def main() -> None:
    """Make the tables and the users, and become gunicorn."""
    given = arguments()
    os.environ["PEER_DATABASE"] = given.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.act.peers.apart.approvals.settings"
    _furnish()
    site = "django.core.wsgi:get_wsgi_application()"
    cores = str(len(os.sched_getaffinity(0)))
    argv = [sys.executable, "-m", "gunicorn", site, "--bind", f"127.0.0.1:{given.port}", "--workers", cores]
    argv += ["--threads", str(_THREADS), "--log-level", "warning", "--keep-alive", "60"]
    os.execv(sys.executable, argv)  # noqa: S606 - a program of ours, in place of this one


def _furnish() -> None:
    import django  # noqa: PLC0415 - settings are read when it is set up

    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415 - the same
    from django.core.management import call_command  # noqa: PLC0415 - the same

    from bench.act.peers.apart.approvals.models import Token  # noqa: PLC0415 - the same

    call_command("migrate", run_syncdb=True, verbosity=0)
    people = set(Token.objects.values_list("person_id", flat=True))
    User.objects.bulk_create(User(username=person) for person in people)


if __name__ == "__main__":
    main()
