"""The HTTP door: puts the parts together and makes the application of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from temporalio.client import Client

from api import problems
from api.documented import PROBLEMS, ProblemDocument
from api.intake import Intake, SameOrigin, Watched
from api.routes import (
    acts,
    audit,
    books,
    cases,
    comments,
    disclosures,
    elsewhere,
    fairness,
    findings,
    leave,
    materials,
    notifications,
    operations,
    organisation,
    overlays,
    own_cases,
    own_sessions,
    patterns,
    people,
    plans,
    privacy,
    processes,
    reorganising,
    rolls,
    second_steps,
    sessions,
    staffing,
    stats,
    tasks,
    witnessing,
)
from api.short_way import ShortWay
from domain.notes import BadNote
from records.audit_books import read_books
from records.database import Database
from records.definitions import read_library
from records.form_lists import read_forms
from records.preferences import read_required
from records.retentions import read_everyday, read_retention
from records.sensitivity import read_marks, read_sensitive
from services import connecting
from services.calendars import working_calendar
from services.counting_ahead import counting_ahead
from services.documents import StoredDocuments
from services.driving import Driver
from services.gathering import Gathering
from services.memory import keep_what_is_loaded
from services.notaries import open_notary, open_witness
from services.parts import Parts
from services.pattern_asking import Looker
from services.person_keys import keys_of
from services.probing import Look, Probes, disk_has_room, mail_greets, temporal_answers, worker_seen
from services.provider import Provider, ProviderPlace
from services.sealing import Sealer, sealer_of
from settings import Settings, SettingsError, read_settings
from web.installing import install as install_pages
from web.installing import page_addresses, page_routes
from web.warming import getting_ready

_ROUTERS = (
    sessions.router,
    leave.router,
    own_sessions.router,
    own_cases.router,
    elsewhere.router,
    disclosures.router,
    findings.router,
    audit.router,
    patterns.router,
    fairness.router,
    second_steps.steps,
    second_steps.own,
    second_steps.policies,
    cases.router,
    comments.router,
    acts.router,
    staffing.router,
    stats.router,
    overlays.router,
    plans.router,
    tasks.router,
    processes.router,
    organisation.units,
    reorganising.router,
    rolls.router,
    organisation.people,
    people.router,
    privacy.router,
    organisation.posts,
    organisation.delegations,
    books.router,
    materials.router,
    notifications.router,
    operations.router,
    witnessing.router,
)

_log = structlog.get_logger(__name__)
_RELAYS_EVERY = 60.0
"""Seconds between two looks at what was left untold."""


@dataclass(frozen=True)
class Door:
    """How people reach the application."""

    public_url: str = ""
    secure_cookies: bool = False
    """Whether people come by HTTPS, so that the session cookie may insist on it."""
    metrics_token: str | None = None
    provider: Provider | None = None
    """The service people may log in through."""
    streams_last_s: float = 240.0
    """Seconds after which a stream of news ends, and browsers ask for it anew."""
    sealer: Sealer | None = None
    """Seals what apps that make codes share with us; without it there are none."""


@dataclass(frozen=True)
class Ways:
    """The routes of every application of this process, and which of their paths are pages."""

    routes: tuple[BaseRoute, ...]
    page_addresses: frozenset[str]


@cache
def ways() -> Ways:
    """Return the routes of the API and the pages, with what FastAPI makes of each.

    That is nearly all the time an application takes, and nothing in it is of one application alone: whoever
    wants to answer soon after a fork asks for it before. They are taken as their modules made them: those of
    a router that is included in another one are made anew.
    """
    routes = tuple(route for router in _ROUTERS for route in router.routes)
    for route in routes:
        if isinstance(route, APIRoute):
            route.responses = {**PROBLEMS, **route.responses}
    pages = page_routes()
    return Ways((*routes, *pages), page_addresses(pages))


def create_app(parts: Parts, door: Door | None = None) -> FastAPI:
    """Return the application over parts that are open already; whoever opened them closes them."""
    app = _application(door or Door())
    app.state.parts = parts
    return app


def create_app_from(
    settings: Settings,
    is_open: Callable[[], None] = lambda: None,
    crowded: Callable[[bool], None] = lambda _: None,
) -> FastAPI:
    """Return the application that opens and closes its own parts, as the settings say.

    Calls `is_open` once they are open, and `crowded` when many begin to act, and when that ends.
    """
    token = settings.metrics_token
    door = Door(
        public_url=settings.public_url,
        secure_cookies=bool(settings.secure_cookies),
        metrics_token=None if token is None else token.get_secret_value(),
        provider=_provider(settings),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, crowded) as parts:
            app.state.parts = parts
            app.state.sealer = sealer_of(**settings.sealing())
            is_open()
            async with getting_ready(), counting_ahead(parts):
                yield

    app = _application(door)
    app.router.lifespan_context = lifespan
    return app


def main(crowded: Callable[[bool], None] = lambda _: None) -> FastAPI:
    """Return the application of the environment's settings: what uvicorn is pointed at."""
    return create_app_from(read_settings(), keep_what_is_loaded, crowded)


@asynccontextmanager
async def opened(
    settings: Settings, crowded: Callable[[bool], None] = lambda _: None
) -> AsyncIterator[Parts]:
    """Open everything a door needs. Temporal may be away: acts are recorded all the same, and driven later.

    Calls `crowded` as `services.gathering.Gathering` does.

    Raises SchemaOutdated, DatabaseUnavailable, DefinitionError with what to do about it.
    """
    async with AsyncExitStack() as closing:
        keys = keys_of(settings.sealing())
        if keys is None:
            _log.warning(
                "free text and documents are kept in the open, so that nobody can be erased from them: "
                "set ACCEDE_SECRET_KEYS"
            )
        try:
            witness = open_witness(settings.notary())
        except BadNote as wrong:
            raise SettingsError(f"ACCEDE_WITNESS_FOR: {wrong}") from None
        library = read_library(settings.processes_dir)
        database = Database.open(settings.database_url)
        closing.push_async_callback(database.close)
        client = await connecting.connect(
            **settings.temporal(),
        )
        driver = await closing.enter_async_context(
            # Regular rounds are up to the workers: where none is, nobody would hear what is repeated.
            Driver(
                client,
                database,
                task_queue=settings.task_queue,
                relay_every=_RELAYS_EVERY,
                gathering=Gathering(crowded=crowded),
                clock=settings.now,
            )
        )
        yield Parts(
            database=database,
            library=library,
            sensitive=read_sensitive(settings.processes_dir, library),
            marked=read_marks(settings.processes_dir, library),
            everyday=read_everyday(settings.processes_dir),
            forms=read_forms(settings.processes_dir, library),
            documents=StoredDocuments.at(settings.materials_url),
            calendars=working_calendar,
            clock=settings.now,
            driver=driver,
            zone=settings.zone,
            session_lasts=timedelta(hours=settings.session_hours),
            probes=Probes(_looks(settings, client)),
            looker=Looker(client, settings.task_queue),
            notary=open_notary(database, settings.notary(), clock=settings.now),
            witness=witness,
            keys=keys,
            retention=read_retention(settings.processes_dir, library),
            required=read_required(settings.processes_dir),
            books=read_books(settings.processes_dir),
        )


def _application(door: Door) -> FastAPI:
    app = FastAPI(
        title="Accede",
        version=version("accede"),
        description="Durable approval processes, from a first application to full membership.",
        docs_url=None,
        redoc_url=None,
        routes=list(ways().routes),
        redirect_slashes=False,
        # Spans and numbers are our own: these would name whole addresses, and what errors say.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.secure_cookies = door.secure_cookies
    app.state.metrics_token = door.metrics_token
    app.state.provider = door.provider
    app.state.sealer = door.sealer
    app.state.streams_last_s = door.streams_last_s
    app.state.public_url = door.public_url
    problems.install(app)
    install_pages(app, ways().page_addresses)
    _describe_problems(app)
    # The last one added is the outermost.
    app.add_middleware(ShortWay)
    app.add_middleware(Intake)
    app.add_middleware(SameOrigin, public_url=door.public_url)
    app.add_middleware(Watched, https=door.secure_cookies)
    return app


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        ProviderPlace(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            redirect_uri=f"{settings.public_url}{elsewhere.CALLBACK}",
        )
    )


def _describe_problems(app: FastAPI) -> None:
    made = app.openapi

    def openapi() -> dict[str, object]:
        document = made()
        schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document["components"]["schemas"]
        schemas.update(schema.pop("$defs", {}))
        schemas["ProblemDocument"] = schema
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _looks(settings: Settings, client: Client) -> dict[str, Look]:
    looks = {
        "temporal": temporal_answers(client),
        "worker": worker_seen(client, settings.task_queue),
    }
    if settings.smtp_url is not None:
        looks["mail"] = mail_greets(settings.smtp_url.get_secret_value())
    if settings.is_embedded or settings.materials_url.startswith("file:"):
        looks["disk"] = disk_has_room(settings.data_dir)
    return looks
