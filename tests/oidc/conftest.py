import base64
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey

from api.app import Door
from api.routes.elsewhere import CALLBACK
from services import elsewhere
from services.provider import Provider, ProviderPlace
from services.sealing import Sealer
from tests.api.world import SECRETARY, World, a_world
from tests.databases import *  # noqa: F403 - fixtures are found by their names

HERE = Path(__file__).parent
CLIENT_ID, CLIENT_SECRET = "accede-in-tests", "a secret of the tests, long enough for any signature"
PUBLIC_URL = "http://accede.test"


@dataclass(frozen=True)
class Peer:
    """The real provider, and the key it signs with."""

    issuer: str
    key: RSAKey

    def become(self, subject):
        """Whoever logs in there from now on is this one."""
        httpx.get(f"{self.issuer}/become", params={"subject": subject}).raise_for_status()


class Tampering(httpx.AsyncBaseTransport):
    """The way to the provider, on which somebody may change what it answers."""

    def __init__(self):
        self.real = httpx.AsyncHTTPTransport()
        self.change = None
        self.asked: list[str] = []

    async def handle_async_request(self, request):
        self.asked.append(request.url.path)
        answer = await self.real.handle_async_request(request)
        body = await answer.aread()
        if self.change is not None:
            changed = self.change(request.url.path, json.loads(body))
            return httpx.Response(answer.status_code, json=changed)
        return httpx.Response(answer.status_code, content=body, headers={"content-type": "application/json"})


@dataclass
class Elsewhere:
    """The small organisation, the provider it trusts, and the way between them."""

    world: World
    peer: Peer
    way: Tampering

    async def leave(self, browser, to="/"):
        """Begin at our door; return where the browser is sent."""
        answer = await browser.get("/v1/session/oidc", params={"to": to})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def prove(self, address):
        """Log in at the provider; return the address it sends the browser back to."""
        async with httpx.AsyncClient(base_url=self.peer.issuer) as there:
            for _ in range(10):
                answer = await there.get(address)
                assert answer.status_code in {302, 303}, answer.text
                address = answer.headers["location"]
                if address.startswith(PUBLIC_URL):
                    return address
        raise AssertionError("the provider goes in circles")

    async def come(self, browser, to="/"):
        """Go the whole way; return our answer."""
        return await browser.get(await self.prove(await self.leave(browser, to)))


@pytest.fixture(scope="session")
def peer():
    node = shutil.which("node")
    assert node, "Node.js is missing: the tests of logging in through a provider need it; see .ci/node"
    assert (HERE / "node_modules/oidc-provider").is_dir(), "oidc-provider is not installed: run .ci/node"
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "of-the-tests"})
    asked = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": f"{PUBLIC_URL}{CALLBACK}",
        "keys": [key.as_dict(private=True)],
    }
    with subprocess.Popen(
        [node, "provider.mjs"],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{json.dumps(asked)}\n")
        process.stdin.flush()
        yield Peer(json.loads(process.stdout.readline())["issuer"], key)
        process.stdin.close()


@pytest.fixture
async def there(peer, sqlite_database):
    """The secretary is known to the provider as `li-at-the-provider`, and so is whoever logs in there."""
    way = Tampering()
    place = ProviderPlace(peer.issuer, CLIENT_ID, CLIENT_SECRET, f"{PUBLIC_URL}{CALLBACK}")
    provider, sealer = Provider(place, transport=way), Sealer(base64.b64encode(bytes(32)).decode())
    world = await a_world(sqlite_database, Door(public_url=PUBLIC_URL, provider=provider, sealer=sealer))
    # The provider goes by the real time.
    world.clock.now = datetime.now(UTC)
    await elsewhere.link(world.parts, SECRETARY, peer.issuer, "li-at-the-provider")
    peer.become("li-at-the-provider")
    yield Elsewhere(world, peer, way)
    await world.client.aclose()
    await way.real.aclose()
