"""Logging in through a real provider: who is let in, and every forgery that is not."""

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from services import accounts, elsewhere
from services.elsewhere import is_own_path
from services.provider import is_safe
from services.refusals import InUse, NotFound
from tests.api.world import ADMIN, HOST, SECRETARY
from tests.oidc.conftest import CLIENT_ID, CLIENT_SECRET

FORGED = (400, "/problems/login-not-completed")


def problem(answer):
    return answer.status_code, answer.json().get("type")


def another_browser(there):
    transport = httpx.ASGITransport(there.world.client._transport.app, client=("192.0.2.9", 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://accede.test")


def with_query(address, **changed):
    """The address with parts of its query changed; None takes one out."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=str(httpx.QueryParams(kept))))


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def is_nobody(browser):
    return "accede" not in browser.cookies


async def test_whoever_is_linked_comes_in_and_goes_where_he_wanted(there):
    browser = there.world.client
    answer = await there.come(browser, "/cases/7?tab=history")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/7?tab=history")
    me = await browser.get("/v1/me")
    assert me.json()["person"]["id"] == SECRETARY
    (here,) = [one for one in (await browser.get("/v1/sessions")).json()["items"] if one["current"]]
    assert here["proof"] == "provider"
    assert "accede-ticket" not in browser.cookies


async def test_the_provider_is_asked_for_a_code_with_a_challenge_a_state_and_a_nonce(there):
    query = parse_qs(urlsplit(await there.leave(there.world.client)).query)
    assert (query["response_type"], query["code_challenge_method"]) == (["code"], ["S256"])
    assert query["client_id"] == [CLIENT_ID]
    assert query["scope"] == ["openid"]
    chances = [query[name][0] for name in ("state", "nonce", "code_challenge")]
    assert all(len(chance) == 43 for chance in chances)
    assert len(set(chances)) == 3
    again = parse_qs(urlsplit(await there.leave(there.world.client)).query)
    assert again["state"] != query["state"]


async def test_the_ticket_is_kept_from_scripts_and_for_a_short_time(there):
    answer = await there.world.client.get("/v1/session/oidc")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("accede-ticket=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=600" in cookie


async def test_somebody_linked_to_nobody_is_not_let_in_and_gets_no_login(there):
    there.peer.become("somebody-else")
    answer = await there.come(there.world.client)
    assert problem(answer) == (403, "/problems/not-linked")
    assert is_nobody(there.world.client)
    assert "somebody-else" not in answer.text


async def test_a_login_that_was_shut_is_shut_for_the_provider_too(there):
    await accounts.disable(there.world.parts, SECRETARY)
    assert problem(await there.come(there.world.client)) == (403, "/problems/not-linked")
    assert is_nobody(there.world.client)


async def test_an_identity_is_one_person_and_can_be_taken_back(there):
    parts, issuer = there.world.parts, there.peer.issuer
    with pytest.raises(InUse):
        await elsewhere.link(parts, HOST, issuer, "li-at-the-provider")
    with pytest.raises(NotFound):
        await elsewhere.link(parts, "nobody-at-all", issuer, "x")
    await elsewhere.unlink(parts, SECRETARY, issuer, "li-at-the-provider")
    assert problem(await there.come(there.world.client)) == (403, "/problems/not-linked")
    with pytest.raises(NotFound):
        await elsewhere.unlink(parts, SECRETARY, issuer, "li-at-the-provider")


async def test_the_same_name_at_another_provider_is_another_person(there):
    parts = there.world.parts
    await elsewhere.unlink(parts, SECRETARY, there.peer.issuer, "li-at-the-provider")
    await elsewhere.link(parts, SECRETARY, "https://elsewhere.example", "li-at-the-provider")
    assert problem(await there.come(there.world.client)) == (403, "/problems/not-linked")


async def ask_for_more(there):
    """Let the unit of the secretary ask for a second factor."""
    body = {"second_factor": "any"}
    asked = await there.world.client.put(
        "/v1/units/circle-1/login-policy", json=body, headers=there.world.by(ADMIN)
    )
    assert asked.status_code == 200


async def test_the_provider_is_one_proof_where_two_are_asked_for(there):
    await ask_for_more(there)
    browser = there.world.client
    half = await there.come(browser)
    assert problem(half) == (401, "/problems/second-factor-required")
    assert half.json()["enrol"] is True
    assert is_nobody(browser)
    app = pyotp.TOTP((await browser.post("/v1/me/code-app")).json()["secret"])
    code = app.at(int(there.world.clock().timestamp()))
    assert (await browser.post("/v1/me/code-app/confirm", json={"code": code})).status_code == 200
    (here,) = [one for one in (await browser.get("/v1/sessions")).json()["items"] if one["current"]]
    assert here["proof"] == "provider+code"


async def test_somebody_linked_to_nobody_is_asked_for_no_second_factor(there):
    await ask_for_more(there)
    there.peer.become("somebody-else")
    assert problem(await there.come(there.world.client)) == (403, "/problems/not-linked")


@pytest.mark.parametrize("state", ["forged", "", None])
async def test_a_forged_state_is_refused_and_ends_nothing(there, state):
    browser = there.world.client
    back = await there.prove(await there.leave(browser))
    assert problem(await browser.get(with_query(back, state=state))) == FORGED
    assert is_nobody(browser)
    # What the browser really began can still be finished.
    assert (await browser.get(back)).status_code == 303


async def test_a_log_in_that_another_browser_began_is_refused(there):
    back = await there.prove(await there.leave(another_browser(there)))
    browser = there.world.client
    assert problem(await browser.get(back)) == FORGED
    await there.leave(browser)
    assert problem(await browser.get(back)) == FORGED
    assert is_nobody(browser)


async def test_an_answer_comes_back_once(there):
    browser = there.world.client
    back = await there.prove(await there.leave(browser))
    ticket = browser.cookies["accede-ticket"]
    assert (await browser.get(back)).status_code == 303
    browser.cookies.clear()
    there.way.asked.clear()
    assert problem(await browser.get(back, headers={"cookie": f"accede-ticket={ticket}"})) == FORGED
    assert is_nobody(browser)
    # Here, and not only by the provider, which was not asked.
    assert there.way.asked == []


async def test_a_code_that_was_used_is_refused_by_the_provider(there):
    browser, other = there.world.client, another_browser(there)
    first = await there.prove(await there.leave(browser))
    assert (await browser.get(first)).status_code == 303
    (code,) = parse_qs(urlsplit(first).query)["code"]
    second = await there.prove(await there.leave(other))
    assert problem(await other.get(with_query(second, code=code))) == FORGED
    assert is_nobody(other)


@pytest.mark.parametrize("code", ["guessed", None])
async def test_a_code_that_is_none_is_refused(there, code):
    browser = there.world.client
    back = await there.prove(await there.leave(browser))
    assert problem(await browser.get(with_query(back, code=code))) == FORGED


async def test_a_stolen_code_is_worth_nothing_without_its_verifier(there):
    browser, thief = there.world.client, another_browser(there)
    stolen = parse_qs(urlsplit(await there.prove(await there.leave(browser))).query)["code"][0]
    own = await there.prove(await there.leave(thief))
    assert problem(await thief.get(with_query(own, code=stolen))) == FORGED
    assert is_nobody(thief)


async def test_whoever_took_too_long_begins_again(there):
    browser = there.world.client
    back = await there.prove(await there.leave(browser))
    there.world.clock.pass_by(timedelta(minutes=10))
    assert problem(await browser.get(back)) == FORGED


async def test_whoever_was_refused_there_is_refused_here(there):
    there.peer.become("refused")
    answer = await there.come(there.world.client)
    assert problem(answer) == FORGED
    assert "登录服务没有放行" in answer.json()["detail"]


@pytest.mark.parametrize("issuer", ["https://evil.example", None])
async def test_an_answer_of_another_provider_is_refused(there, issuer):
    browser = there.world.client
    back = await there.prove(await there.leave(browser))
    assert "iss=" in back
    assert problem(await browser.get(with_query(back, iss=issuer))) == FORGED


def none_at_all(claims, key):
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def signed_as(algorithm):
    def sign(claims, key):
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])

    return sign


def with_a_stolen_name(claims, key):
    return signed_as("RS256")(claims, RSAKey.generate_key(2048, {"kid": key.kid}))


def with_our_secret(claims, key):
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"])


def with_the_public_key_as_a_secret(claims, key):
    # By hand: the library refuses to make it.
    import hashlib  # noqa: PLC0415 - only here
    import hmac  # noqa: PLC0415 - only here

    text = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(claims)}"
    made = hmac.new(key.as_pem(private=False), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def changed(**claims):
    """The right key signs claims that are not the ones of this log-in; None takes one out."""

    def forge(right, key):
        merged = {name: value for name, value in (right | claims).items() if value is not None}
        return signed_as("RS256")(merged, key)

    return forge


FORGERIES = {
    "no algorithm": none_at_all,
    "another key of the same name": with_a_stolen_name,
    "our own secret": with_our_secret,
    "the public key as a secret": with_the_public_key_as_a_secret,
    "another nonce": changed(nonce="forged"),
    "no nonce": changed(nonce=None),
    "another issuer": changed(iss="https://evil.example"),
    "no issuer": changed(iss=None),
    "another audience": changed(aud="somebody-else"),
    "another audience, through us": changed(aud="somebody-else", azp=CLIENT_ID),
    "no audience": changed(aud=None),
    "two audiences and nobody it was given to": changed(aud=[CLIENT_ID, "somebody-else"]),
    "given to somebody else": changed(azp="somebody-else"),
    "over": changed(exp=1_700_000_000),
    "without an end": changed(exp=None),
    "of the future": changed(iat=4_000_000_000, exp=4_000_000_600),
    "nobody": changed(sub=None),
    "an empty name": changed(sub=""),
    "a name that is a list": changed(sub=["li-at-the-provider"]),
    "of another access token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_token_opens_nothing(there, forge):
    def change(path, answer):
        if path == "/token":
            answer["id_token"] = forge(claims_of(answer["id_token"]), there.peer.key)
        return answer

    there.way.change = change
    browser = there.world.client
    answer = await there.come(browser)
    assert problem(answer) == FORGED
    assert is_nobody(browser)
    assert "/token" in there.way.asked


async def test_a_token_made_anew_by_the_right_key_would_open(there):
    """So the forgeries above are refused for what is wrong with them, and not for being made here."""

    def change(path, answer):
        if path == "/token":
            answer["id_token"] = signed_as("RS256")(claims_of(answer["id_token"]), there.peer.key)
        return answer

    there.way.change = change
    assert (await there.come(there.world.client)).status_code == 303


@pytest.mark.parametrize("part", ["id_token", "access_token"])
async def test_an_answer_without_its_token_is_taken_only_where_the_rest_proves_enough(there, part):
    def change(path, answer):
        return {name: value for name, value in answer.items() if name != part}

    there.way.change = change
    answer = await there.come(there.world.client)
    assert answer.status_code == (400 if part == "id_token" else 303)


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_a_provider_that_says_what_does_not_fit_is_not_asked_further(there, lie):
    there.way.change = lambda path, answer: answer | lie
    answer = await there.world.client.get("/v1/session/oidc")
    assert problem(answer) == (503, "/problems/not-ready")
    assert there.way.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "cases",
        "",
        "/a\nb",
        "/" + "a" * 500,
    ],
)
async def test_nobody_is_sent_to_another_site_afterwards(there, to):
    answer = await there.world.client.get("/v1/session/oidc", params={"to": to})
    assert problem(answer) in {(422, "/problems/invalid-input"), (400, "/problems/malformed")}
    assert not is_own_path(to)
    assert there.way.asked == []


async def test_what_a_session_is_known_by_is_made_anew(there):
    browser = there.world.client
    browser.cookies.set("accede", "planted-by-somebody-else")
    assert (await there.come(browser)).status_code == 303
    assert browser.cookies.get("accede", domain="accede.test") != "planted-by-somebody-else"


async def test_where_no_provider_is_set_there_is_no_way_through_one(there):
    there.world.client._transport.app.state.provider = None
    for path in ("/v1/session/oidc", "/v1/session/oidc/callback"):
        assert problem(await there.world.client.get(path)) == (404, "/problems/not-found")


async def test_nobody_fills_the_record_with_ways_in_that_he_only_begins(there):
    for _ in range(200):
        assert (await there.world.client.get("/v1/session/oidc")).status_code == 303
    assert (await there.world.client.get("/v1/session/oidc")).status_code == 429
    assert (await another_browser(there).get("/v1/session/oidc")).status_code == 303


@pytest.mark.parametrize(
    "address, safe",
    [
        ("https://provider.example/token", True),
        ("http://127.0.0.1:3000/token", True),
        ("http://localhost/token", True),
        ("http://provider.example/token", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://127.0.0.1@evil.example/", False),
        ("ftp://127.0.0.1/", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_nothing_is_said_where_others_could_listen(address, safe):
    assert is_safe(address) is safe
