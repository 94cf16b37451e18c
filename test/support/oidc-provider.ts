import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider, { type Configuration } from 'oidc-provider';

/** The client of the tests at the provider. */
const OIDC_CLIENT = { id: 'batchline', secret: 'the secret of the client' } as const;

/** A real OIDC provider (`oidc-provider`) on loopback, with a page that asks for a login only. */
export interface OidcProvider {
  readonly url: string;
  /** The settings of a server that signs in here. */
  readonly env: Readonly<Record<string, string>>;
  /** Registers the server as the client. */
  register(serverUrl: string): void;
  stop(): Promise<void>;
}

/** Starts a provider. */
export async function startOidcProvider(): Promise<OidcProvider> {
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    if (provider === undefined) throw new Error('The client is not registered.');
    const isInteraction = request.url?.startsWith('/interaction/');
    if (isInteraction) void interact(provider, request, response);
    else provider.callback()(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: {
      BATCHLINE_OIDC_ISSUER: url,
      BATCHLINE_OIDC_CLIENT_ID: OIDC_CLIENT.id,
      BATCHLINE_OIDC_CLIENT_SECRET: OIDC_CLIENT.secret,
      BATCHLINE_OIDC_NAME: 'Example Inc.',
      BATCHLINE_OIDC_SIGN_OUT: 'true',
    },
    register(serverUrl) {
      provider = new Provider(url, configuration(serverUrl));
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function configuration(serverUrl: string): Configuration {
  return {
    clients: [
      {
        client_id: OIDC_CLIENT.id,
        client_secret: OIDC_CLIENT.secret,
        redirect_uris: [`${serverUrl}/auth/oidc/callback`],
        post_logout_redirect_uris: [`${serverUrl}/`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    // As by default, the claims of `profile` are in UserInfo only.
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email', 'email_verified'] },
    findAccount: (_context, login) => ({
      accountId: login,
      claims: () => ({ sub: login, preferred_username: login, name: login }),
    }),
    cookies: { keys: ['for tests only'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}

/** The page that asks for the login, or refuses. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><title>Example Inc.</title><form method="post">
      <label>Login at Example Inc. <input name="login"></label>
      <button>Continue</button> <button name="cancel" value="true">Cancel</button></form>`);
    return;
  }
  const form = new URLSearchParams(await text(request));
  const result = form.has('cancel')
    ? { error: 'access_denied' }
    : { login: { accountId: form.get('login') ?? '' } };
  await provider.interactionFinished(request, response, result);
}
