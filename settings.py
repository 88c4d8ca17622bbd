"""Everything that differs from one installation to the next, read from ACCEDE_* environment variables.

Only what puts the parts together reads this: worker.py, api/app.py, cli.py with its commands, the migrations.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.addresses import is_loopback

if TYPE_CHECKING:
    # Not at run time: the SDK behind it takes long to load.
    from services.connecting import TemporalPlace, TlsFiles
    from services.notaries import NotaryPlace
    from services.sealing import SealingPlace

PREFIX = "ACCEDE_"
_KEY_BYTES = 32

_PROJECT = Path(__file__).resolve().parent


class SettingsError(Exception):
    """A setting cannot be used. One line that names the variable and never repeats its value."""


class Settings(BaseSettings):
    """One installation. Immutable; every field `name` is the variable `ACCEDE_NAME`.

    An empty variable counts as absent, so that a deployment file may name all of them.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True
    )

    data_dir: Path = _PROJECT / ".accede"
    """The folder of the embedded databases, materials and logs. Made when it is missing."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql+psycopg://…`; empty: `accede.db` in the data folder."""
    materials_url: str = ""
    """Where documents are kept: `file:///…`, `s3://bucket/prefix` or `memory:///`; empty: the data folder."""
    processes_dir: Path = _PROJECT / "processes"
    """The folder of the process definitions, a folder for each process."""

    temporal_address: str = "127.0.0.1:7233"
    """Host and port of the Temporal front end."""
    temporal_namespace: str = "default"
    temporal_tls: bool | None = None
    """Whether to speak TLS with it; absent: where an API key or one of the files below is given."""
    temporal_tls_ca: Path | None = None
    """A file with the certificates that Temporal's own must follow from, PEM; absent: the system's."""
    temporal_tls_cert: Path | None = None
    """A file with our own certificate, PEM, for a Temporal that asks for one."""
    temporal_tls_key: Path | None = None
    """A file with the key of our own certificate, PEM."""
    temporal_tls_name: str = ""
    """The name Temporal's certificate is for, where it is not the host of its address."""
    temporal_api_key: SecretStr | None = None
    temporal_deployment: str = ""
    """The worker deployment that workers belong to; empty: workers are not versioned."""
    temporal_build_id: str = ""
    """Which build of the deployment a worker is, such as its release."""
    task_queue: str = "accede"
    sandbox: bool = False
    """Whether workflow code runs in the SDK's sandbox: slower by a third, and it finds forbidden calls.

    The tests run it there, and recorded histories are replayed; so a working installation need not.
    """
    max_cached_cases: Annotated[int, Field(ge=10)] = 5_000
    """Cases a worker keeps in memory, about 50 KB each."""

    host: str = "127.0.0.1"
    """The address the API listens on."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    public_url: str = ""
    """How people reach the service, for links in messages; empty: the host and port."""
    demo: bool = False
    """Whether the published demo passwords open a session. Refused unless `host` is a loopback address."""
    session_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 12
    """How long a log-in lasts, in hours."""
    secure_cookies: bool | None = None
    """Whether the session cookie travels over HTTPS only; absent: unless people reach us over plain HTTP."""
    metrics_token: SecretStr | None = None
    """The bearer token that may read /metrics; absent: only callers on this machine may."""
    trusted_proxies: str = ""
    """Addresses, separated by commas, whose X-Forwarded-For is believed."""

    secret_keys: SecretStr | None = None
    """Keys of 32 bytes in base64, separated by commas; the first seals what has to be read again.

    Absent: on one machine, the file `secret.key` in the data folder, which is made when it is missing.
    """
    oidc_issuer: str = ""
    """The service that people may log in through, by OpenID Connect; empty: they log in here only."""
    oidc_client_id: str = ""
    """Who we are to it."""
    oidc_client_secret: SecretStr | None = None
    """What proves to it that we are; absent: nothing but PKCE does."""

    log_origin: str = ""
    """What the log over all events is called in its checkpoints, without a scheme; empty: from `public_url`.

    The first key that signs keeps the name for good.
    """
    log_key_file: Path | None = None
    """A file with the Ed25519 key that signs checkpoints, PEM; absent: it lies sealed in the record."""
    checkpoint_every: Annotated[int, Field(ge=1)] = 1_000
    """Events after which a checkpoint is made before its hour has come."""
    checkpoint_folder: Path | None = None
    """A folder that gets every checkpoint, best on another machine; absent: none does."""

    checkpoint_witnesses: str = ""
    """Who signs below every checkpoint: `https://address verifier-key`, several separated by commas."""
    witness_for: str = ""
    """Verifier keys of other installations' logs, separated by commas: their checkpoints are signed below."""
    checkpoint_mail: bool = False
    """Whether auditors get the latest checkpoint by mail, once a day."""

    smtp_url: SecretStr | None = None
    """`smtp://user:password@host:25`, `smtp+starttls://…` or `smtps://…`; absent: no mail leaves."""
    mail_from: str = "accede@localhost"
    """The sender of every mail."""

    time_zone: str = "Asia/Shanghai"
    """The organisation's time zone: in which a moment becomes a day."""
    clock_ahead: Annotated[float, Field(ge=-1e9, le=1e9)] = 0
    """Seconds by which our clock is ahead of the machine's: only for trying out what time does."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    traces_url: str = ""
    """Where spans go by OTLP over HTTP, such as `http://collector:4318/v1/traces`; empty: none are made."""
    traces_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The part of all traces that is recorded."""
    worker_metrics: str = ""
    """Host and port at which a worker tells its numbers; empty: nowhere."""
    temporal_metrics: str = ""
    """Host and port at which a worker tells the numbers of Temporal's SDK; empty: nowhere."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not the name of a time zone, such as Asia/Shanghai") from error
        return name

    @field_validator("data_dir", "processes_dir", "checkpoint_folder", "log_key_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().resolve()

    @field_validator("log_origin")
    @classmethod
    def _names_a_log(cls, origin: str) -> str:
        if "+" in origin or any(letter.isspace() for letter in origin):
            raise ValueError("is a name without spaces and plus, such as records.example.org/log")
        return origin

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("starts with sqlite:/// or postgresql+psycopg://")
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("temporal_address")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        if not urlsplit(f"//{address}").port:
            raise ValueError("is a host and a port, such as 127.0.0.1:7233")
        return address

    @field_validator("worker_metrics", "temporal_metrics")
    @classmethod
    def _host_and_port_or_none(cls, address: str) -> str:
        if address and not urlsplit(f"//{address}").port:
            raise ValueError("is a host and a port, such as 127.0.0.1:9464")
        return address

    @field_validator("traces_url")
    @classmethod
    def _collector(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            raise ValueError("is an address such as http://collector:4318/v1/traces")
        return url

    @field_validator("temporal_tls_ca", "temporal_tls_cert", "temporal_tls_key")
    @classmethod
    def _readable_file(cls, path: Path | None) -> Path | None:
        if path is None:
            return None
        try:
            with path.expanduser().open("rb"):
                return path.expanduser().resolve()
        except OSError as error:
            raise ValueError(f"names a file that cannot be read ({error.strerror})") from None

    @field_validator("checkpoint_witnesses")
    @classmethod
    def _witnesses(cls, given: str) -> str:
        for one in filter(None, (part.strip() for part in given.split(","))):
            address, _, key = one.partition(" ")
            if urlsplit(address).scheme not in {"http", "https"} or "+" not in key:
                raise ValueError("is an address, a space and a verifier key, or several separated by commas")
        return given

    @field_validator("witness_for")
    @classmethod
    def _witnessed(cls, given: str) -> str:
        if any(one.count("+") < 2 or " " in one.strip() for one in given.split(",") if one.strip()):  # noqa: PLR2004 - NAME+ID+KEY
            raise ValueError("is a verifier key of a log, or several separated by commas")
        return given

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            parts = urlsplit(url.get_secret_value())
            if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
                raise ValueError("is an address such as smtp://host:25, smtps:// or smtp+starttls://")
        return url

    @field_validator("public_url")
    @classmethod
    def _http_address(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("starts with https:// or http://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.demo and not is_loopback(self.host):
            raise ValueError("DEMO is for this machine alone, and HOST is not 127.0.0.1")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _read_by_nobody_on_the_way(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if issuer and not (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        ):
            raise ValueError("starts with https://")
        return issuer

    @field_validator("secret_keys")
    @classmethod
    def _keys(cls, keys: SecretStr | None) -> SecretStr | None:
        for key in keys.get_secret_value().split(",") if keys else ():
            try:
                decoded = base64.b64decode(key.strip().replace("-", "+").replace("_", "/"), validate=True)
            except ValueError:
                decoded = b""
            if len(decoded) != _KEY_BYTES:
                raise ValueError("is 32 random bytes in base64, or several of them separated by commas")
        return keys

    @model_validator(mode="after")
    def _provider_knows_us(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("OIDC_ISSUER and OIDC_CLIENT_ID go together: one of them is missing")
        return self

    @model_validator(mode="after")
    def _temporal_is_reached_safely(self) -> Self:
        if (self.temporal_tls_cert is None) != (self.temporal_tls_key is None):
            raise ValueError("TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY go together: one of them is missing")
        if bool(self.temporal_deployment) != bool(self.temporal_build_id):
            raise ValueError("TEMPORAL_DEPLOYMENT and TEMPORAL_BUILD_ID go together: one of them is missing")
        files = (self.temporal_tls_ca, self.temporal_tls_cert, self.temporal_tls_name or None)
        if self.temporal_tls is None:
            wanted = any(files) or self.temporal_api_key is not None
            object.__setattr__(self, "temporal_tls", wanted)
        elif not self.temporal_tls and any(files):
            raise ValueError("TEMPORAL_TLS is false, and a certificate or name for it is given")
        elif not self.temporal_tls and self.temporal_api_key and not is_loopback(self.temporal_host):
            raise ValueError("TEMPORAL_TLS is false, and an API key would travel for everybody to read")
        return self

    @model_validator(mode="after")
    def _below_the_data_folder(self) -> Self:
        # Written through object.__setattr__ because the settings are frozen for everybody else.
        defaults = {
            "database_url": f"sqlite:///{self.data_dir / 'accede.db'}",
            "materials_url": (self.data_dir / "materials").as_uri(),
            "public_url": f"http://{self.host}:{self.port}",
            "log_origin": f"{urlsplit(self.public_url).netloc or f'{self.host}:{self.port}'}/log",
        }
        for name, value in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        if self.secure_cookies is None:
            object.__setattr__(self, "secure_cookies", self.public_url.startswith("https:"))
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def is_embedded(self) -> bool:
        """Whether the record is a SQLite file of this machine."""
        return self.database_url.startswith("sqlite:")

    @property
    def temporal_host(self) -> str:
        """The host of Temporal's address."""
        return urlsplit(f"//{self.temporal_address}").hostname or ""

    @property
    def has_own_temporal(self) -> bool:
        """Whether an address was given, so that none has to be started."""
        return "temporal_address" in self.model_fields_set

    def temporal(self) -> TemporalPlace:
        """Return how to connect to Temporal, for `services.connecting.connect`."""
        key = self.temporal_api_key
        files: TlsFiles = {
            "server_ca": self.temporal_tls_ca,
            "client_cert": self.temporal_tls_cert,
            "client_key": self.temporal_tls_key,
            "server_name": self.temporal_tls_name,
        }
        return {
            "address": self.temporal_address,
            "namespace": self.temporal_namespace,
            "tls": files if self.temporal_tls else False,
            "api_key": key.get_secret_value() if key else None,
        }

    @property
    def key_file(self) -> Path | None:
        """Where a key is kept that seals, if none is set: with the record, where that is a file here."""
        return self.data_dir / "secret.key" if self.is_embedded else None

    def sealing(self) -> SealingPlace:
        """Return with what is sealed, for `services.sealing.sealer_of` and `services.person_keys.keys_of`."""
        keys = None if self.secret_keys is None else self.secret_keys.get_secret_value()
        return {"keys": keys, "file": self.key_file}

    def notary(self) -> NotaryPlace:
        """Return how checkpoints are signed and where they go, for `services.notaries.open_notary`."""
        sealing = self.sealing()
        return {
            "origin": self.log_origin,
            "keys": sealing["keys"],
            "key_file": sealing["file"],
            "log_key_file": self.log_key_file,
            "folder": self.checkpoint_folder,
            "every": self.checkpoint_every,
            "witness_for": self.witness_for,
        }

    @property
    def database_file(self) -> Path | None:
        """The file of the record; None where a server keeps it."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.is_embedded else None

    def now(self) -> datetime:
        """Return the moment, UTC: the only clock of the processes that serve and work."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_ahead)

    def environment(self) -> dict[str, str]:
        """Return the variables that give another process the same settings, secrets included."""
        values = {name: getattr(self, name) for name in Settings.model_fields}
        return {
            f"{PREFIX}{name.upper()}": _as_text(value) for name, value in values.items() if value is not None
        }


def read_settings(**given: object) -> Settings:
    """Read the environment; what is given by name goes before it. Raises SettingsError with one line."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # checked by the model, and reported below
    except ValidationError as error:
        raise SettingsError("; ".join(_in_one_line(problem) for problem in error.errors())) from None


def _in_one_line(problem: object) -> str:
    assert isinstance(problem, dict)  # noqa: S101 - pydantic's own shape
    where = "".join(str(part).upper() for part in problem["loc"][:1])
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{where}: {what}" if where else f"{PREFIX}{what}"


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
