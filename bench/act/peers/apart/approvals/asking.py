"""Who asks: the user behind a token, looked up for each request."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse

from bench.act.peers.apart.approvals.models import Token
from bench.act.peers.door import token_in
from bench.act.peers.store import digest_of

Answering = Callable[[HttpRequest], HttpResponse]


def by_token(answering: Answering) -> Answering:
    """Return the middleware that names the user of each request."""

    def answer(request: HttpRequest) -> HttpResponse:
        digest = digest_of(token_in(request.headers.get("Authorization", "")))
        # One query: the user whose name is the person of the token.
        person = Token.objects.filter(digest=digest).values("person_id")
        request.user = User.objects.filter(username__in=person).first() or AnonymousUser()
        return answering(request)

    return answer
