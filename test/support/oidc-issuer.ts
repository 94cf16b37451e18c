import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** An OIDC issuer for tests, on loopback: a discovery document, keys, and JWTs signed with them. */
export interface OidcIssuer {
  readonly url: string;
  /** Number of requests for its keys. */
  readonly asked: () => number;
  /** Responds to every request with this status from now on; 200 restores it. */
  answer(status: number): void;
  /** Publishes a new key in place of the old ones, and signs with it. */
  rotate(): Promise<void>;
  /** A JWT for the audience `batchline`, valid for an hour, with these claims in addition. */
  token(claims?: JWTPayload, header?: { kid?: string; alg?: string }): Promise<string>;
  /** Responds to requests for tokens with this ID token from now on; without one if `undefined`. */
  grant(idToken: string | undefined): void;
  stop(): Promise<void>;
}

/** Starts an issuer. */
export async function startOidcIssuer(alg = 'ES256'): Promise<OidcIssuer> {
  let status = 200;
  let asked = 0;
  let generation = 0;
  let privateKey: CryptoKey;
  let keys: JWK[] = [];
  let idToken: string | undefined;
  const rotate = async (): Promise<void> => {
    const pair = await generateKeyPair(alg, { extractable: true });
    generation += 1;
    privateKey = pair.privateKey;
    keys = [{ ...(await exportJWK(pair.publicKey)), kid: `key-${generation}`, alg, use: 'sig' }];
  };
  await rotate();
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    if (isKeys) asked += 1;
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(isKeys ? { keys } : request.url === '/token' ? tokens() : discovery()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = () => ({ access_token: 'an access token', token_type: 'Bearer', id_token: idToken });
  const discovery = () => ({
    issuer: url,
    jwks_uri: `${url}/keys`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    id_token_signing_alg_values_supported: [alg],
  });
  return {
    url,
    grant(next) {
      idToken = next;
    },
    asked: () => asked,
    answer(next) {
      status = next;
    },
    rotate,
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: url, aud: 'batchline', sub: 'subject', iat: now, exp: now + 3600, ...claims };
      return new SignJWT(all)
        .setProtectedHeader({ alg, kid: `key-${generation}`, ...header })
        .sign(privateKey);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
