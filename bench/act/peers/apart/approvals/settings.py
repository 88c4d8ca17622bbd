"""Settings of the Django site, from the environment of the measurement."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

_AT = urlsplit(os.environ["PEER_DATABASE"])

SECRET_KEY = "of a throw-away site"  # noqa: S105 - it protects nothing
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "viewflow",
    "viewflow.workflow",
    "bench.act.peers.apart.approvals",
]
MIDDLEWARE = ["bench.act.peers.apart.approvals.asking.by_token"]
ROOT_URLCONF = "bench.act.peers.apart.approvals.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _AT.path.lstrip("/"),
        "USER": unquote(_AT.username or ""),
        "PASSWORD": unquote(_AT.password or ""),
        "HOST": parse_qs(_AT.query).get("host", [_AT.hostname or ""])[0],
        "PORT": str(_AT.port or ""),
        # A pool of connections for each server process: what Django recommends beside threads.
        "OPTIONS": {"pool": {"min_size": 8, "max_size": 16}},
    }
}
USE_TZ = True
