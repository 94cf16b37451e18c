import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import type { OidcConfig } from '../../config.ts';
import { unauthenticated, unavailable } from '../../core/errors.ts';
import { message } from '../../core/message.ts';
import type { SignIns } from '../../services/sign-ins.ts';
import { isTrustworthy } from '../../settings/kinds.ts';
import { ClaimsReader, InvalidToken } from './claims.ts';
import type { Scheme, SignedIn } from './schemes.ts';

/** Asymmetric signature algorithms only. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const TIMEOUT_MS = 5000;
/** Minimum time between requests to the issuer for an unknown key, or after a failed request. */
const COOLDOWN_MS = 5000;
/** The cache lifetime of the issuer's keys. */
const KEY_CACHE_TTL_MS = 10 * 60_000;

/** The shape of a JWT. Our own tokens contain a colon. */
export const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The keys of the issuer can't be fetched. */
class KeysUnavailable extends Error {}

/** `Authorization: Bearer` with a JWT from the configured OIDC issuer. */
export class JwtScheme implements Scheme {
  readonly #claims: ClaimsReader;
  readonly #oidc: OidcConfig;
  readonly #log: Logger;
  readonly #cooldownMs: number;
  #keys: RemoteJWKSet | undefined;
  #retryAt = 0;

  constructor(signIns: SignIns, oidc: OidcConfig, log: Logger, cooldownMs: number = COOLDOWN_MS) {
    this.#claims = new ClaimsReader(signIns, oidc, log);
    this.#oidc = oidc;
    this.#log = log;
    this.#cooldownMs = cooldownMs;
  }

  /** @throws RequestError (unauthenticated) if the token is invalid, (unavailable) if the keys can't be fetched */
  async signIn(token: string): Promise<SignedIn> {
    try {
      const claims = await this.#verify(token);
      const caller = await this.#claims.callerOf(claims);
      const notAfter = ((claims.exp ?? 0) + this.#oidc.skewSeconds) * 1000;
      return { caller, scheme: 'jwt', notAfter };
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      this.#log.info({ event: 'auth.jwt_rejected', reason: error.message }, 'JWT rejected');
      throw unauthenticated`The token is wrong, revoked or expired.`;
    }
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      this.#keys ??= await this.#findKeys();
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        issuer: this.#oidc.issuer,
        audience: this.#oidc.audience,
        clockTolerance: this.#oidc.skewSeconds,
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      if (isInvalidToken(error)) throw new InvalidToken((error as Error).message);
      this.#log.warn(
        { event: 'auth.oidc_keys_unavailable', err: error, issuer: this.#oidc.issuer },
        'failed to fetch the keys of the OIDC issuer',
      );
      const seconds = Math.max(1, Math.ceil(this.#cooldownMs / 1000));
      throw unavailable(
        message`The token can't be verified now: the keys of its issuer are unavailable. Try again in ${seconds} seconds.`,
        seconds,
      );
    }
  }

  async #findKeys(): Promise<RemoteJWKSet> {
    return createRemoteJWKSet(new URL(this.#oidc.jwks ?? (await this.#discover())), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: this.#cooldownMs,
      cacheMaxAge: KEY_CACHE_TTL_MS,
      [customFetch]: (url, options) => this.#fetch(url, options),
    });
  }

  /** The URL of the keys, from the discovery document of the issuer. */
  async #discover(): Promise<string> {
    const url = `${this.#oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await this.#fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (document?.issuer !== this.#oidc.issuer)
      throw new KeysUnavailable(`${url} names another issuer: ${String(document?.issuer)}`);
    if (typeof document.jwks_uri !== 'string' || !isTrustworthy(document.jwks_uri))
      throw new KeysUnavailable(`${url} has no jwks_uri with https`);
    return document.jwks_uri;
  }

  /** Sends a request to the issuer. Fails fast for a while after a failure, so that invalid tokens can't cause a flood. */
  async #fetch(url: string, options: RequestInit): Promise<Response> {
    if (performance.now() < this.#retryAt) throw new KeysUnavailable(`${url} failed a moment ago`);
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      return response;
    } catch (cause) {
      this.#retryAt = performance.now() + this.#cooldownMs;
      throw new KeysUnavailable(`request to ${url} failed`, { cause });
    }
  }
}

/** True if the token is at fault, rather than the keys. */
function isInvalidToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
