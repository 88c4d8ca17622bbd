// A real OpenID provider on this machine, for the tests: whoever comes is logged in as whom the tests say.
//
// One line of JSON on standard input says which keys it signs with, who its client is, and to where people are
// sent back. One line on standard output says its name. It ends with its standard input.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
const asked = JSON.parse(await new Promise((resolve) => lines.once('line', resolve)));
lines.on('close', () => process.exit(0));

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
let subject = 'nobody';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: asked.client_id,
      client_secret: asked.client_secret,
      redirect_uris: [asked.redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  jwks: { keys: asked.keys },
  cookies: { keys: ['of the tests'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const refused = { error: 'access_denied', error_description: 'refused at the provider' };
    const result = subject === 'refused' ? refused : { login: { accountId: subject } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const grant =
    (grantId && (await provider.Grant.find(grantId))) ||
    new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid');
  const result = { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

const serve = provider.callback();
server.on('request', (request, response) => {
  const { pathname, searchParams } = new URL(request.url, issuer);
  if (pathname === '/become') {
    subject = searchParams.get('subject');
    response.end();
  } else if (pathname.startsWith('/interaction/')) {
    interact(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  } else {
    serve(request, response);
  }
});
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
