import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetchOptions,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import type { Logger } from 'pino';
import type { OidcClientConfig } from '../../config.ts';
import { isTrustworthy } from '../../settings/kinds.ts';
import { type ClaimedSignIn, type ClaimsReader, InvalidToken } from './claims.ts';

/** Time for the sign-in at the provider, in seconds. */
export const FLOW_SECONDS = 600;
const TIMEOUT_SECONDS = 5;
/** Minimum time between failed requests for the discovery document. */
const COOLDOWN_MS = 5000;
/** The cache lifetime of the discovery document and the keys. */
const DISCOVERY_TTL_MS = 60 * 60_000;

/** The reason of a failed sign-in. The page has a text for each. */
export type OidcFailureReason = 'denied' | 'expired' | 'unknown' | 'failed' | 'unavailable';

/** A failed sign-in. The message is for the log only. */
export class OidcFailure extends Error {
  readonly reason: OidcFailureReason;
  /** The path of the page to return to. */
  readonly returnTo: string;

  constructor(reason: OidcFailureReason, message: string, returnTo = '/', cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.returnTo = returnTo;
  }
}

/** The state that the browser stores between the start of a sign-in and its callback, encrypted in a cookie. */
interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
  /** The hash of the session that the sign-in replaces. */
  readonly replaced?: string | undefined;
}

/** A sign-in that the provider has completed. */
export interface CompletedSignIn extends ClaimedSignIn {
  /** The path of the page to return to. */
  readonly returnTo: string;
  /** The hash of the browser's previous session. */
  readonly replaced: string | undefined;
}

/**
 * Signs people in at the OIDC provider by the authorization code flow with PKCE. The state, nonce and PKCE verifier of a
 * sign-in are in an encrypted cookie of the browser, so that any server can complete it (docs/decisions/0042).
 */
export class OidcSignIn {
  readonly #claims: ClaimsReader;
  readonly #config: OidcClientConfig;
  readonly #log: Logger;
  readonly #now: () => number;
  /** The same on every server: derived from the client secret. */
  readonly #flowKey: Uint8Array;
  #provider: Promise<Configuration> | undefined;
  #providerUntil = 0;

  constructor(claims: ClaimsReader, config: OidcClientConfig, log: Logger, now: () => number = Date.now) {
    this.#claims = claims;
    this.#config = config;
    this.#log = log;
    this.#now = now;
    this.#flowKey = new Uint8Array(hkdfSync('sha256', config.clientSecret, '', 'batchline oidc flow', 32));
  }

  /**
   * Begins a sign-in.
   *
   * @returns the provider's page, and the value of the cookie that completes the sign-in
   * @throws OidcFailure (unavailable)
   */
  async begin(
    start: Pick<Flow, 'redirectUri' | 'returnTo' | 'replaced'>,
  ): Promise<{ readonly url: string; readonly flow: string }> {
    const provider = await this.#discover(start.returnTo);
    const flow: Flow = {
      ...start,
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
    };
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: flow.redirectUri,
      scope: this.#config.clientScopes,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, flow: await this.#seal(flow) };
  }

  /**
   * Completes a sign-in.
   *
   * @param query the query of the callback
   * @param sealed the cookie of `begin`
   * @throws OidcFailure
   */
  async complete(query: URLSearchParams, sealed: string | undefined): Promise<CompletedSignIn> {
    const flow = sealed === undefined ? undefined : await this.#open(sealed);
    if (flow === undefined || query.get('state') !== flow.state)
      throw new OidcFailure(
        'expired',
        'the callback belongs to no sign-in of this browser, or came too late',
      );
    const { returnTo, replaced } = flow;
    const provider = await this.#discover(returnTo);
    try {
      const claims = await this.#redeem(provider, query, flow);
      const signedIn = await this.#claims.signIn(claims);
      if (signedIn.rights.scopes.length === 0) throw new InvalidToken('the claims give no scope');
      return { ...signedIn, returnTo, replaced };
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      throw new OidcFailure(reason, detailOf(error), returnTo, error);
    }
  }

  /** Returns the provider's page that signs out there; `undefined` if it has none or is not available. */
  async endSessionUrl(returnUrl: string): Promise<string | undefined> {
    try {
      const provider = await this.#discover('/');
      const { end_session_endpoint: endpoint } = provider.serverMetadata();
      if (endpoint === undefined || !isTrustworthy(endpoint)) return undefined;
      return buildEndSessionUrl(provider, { post_logout_redirect_uri: returnUrl }).href;
    } catch (error) {
      if (error instanceof OidcFailure) return undefined;
      throw error;
    }
  }

  /** Exchanges the code for an ID token, which the library verifies, and returns the claims. */
  async #redeem(provider: Configuration, query: URLSearchParams, flow: Flow): Promise<JWTPayload> {
    const callback = new URL(flow.redirectUri);
    callback.search = query.toString();
    const tokens = await authorizationCodeGrant(provider, callback, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new InvalidToken('the provider returned no ID token');
    // Some providers put claims of the person into UserInfo only.
    const hasUserInfo = provider.serverMetadata().userinfo_endpoint !== undefined;
    if (!hasUserInfo || !this.#claims.lacksAny(claims)) return claims;
    const more = await fetchUserInfo(provider, tokens.access_token, claims.sub);
    return { ...more, ...claims } as JWTPayload;
  }

  /** Returns the provider's metadata. A failure is repeated for a few seconds without a request. */
  async #discover(returnTo: string): Promise<Configuration> {
    if (this.#provider === undefined || this.#now() >= this.#providerUntil) {
      this.#provider = this.#fetchMetadata();
      this.#providerUntil = this.#now() + DISCOVERY_TTL_MS;
      this.#provider.catch((error) => {
        this.#providerUntil = this.#now() + COOLDOWN_MS;
        this.#log.warn(
          { event: 'auth.oidc_provider_unavailable', reason: detailOf(error), issuer: this.#config.issuer },
          'failed to fetch the discovery document of the OIDC provider',
        );
      });
    }
    try {
      return await this.#provider;
    } catch (error) {
      throw new OidcFailure('unavailable', detailOf(error), returnTo, error);
    }
  }

  async #fetchMetadata(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, skewSeconds } = this.#config;
    const metadata = { client_secret: clientSecret, [clockTolerance]: skewSeconds };
    const provider = await discovery(new URL(issuer), clientId, metadata, clientAuth(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      // Settings accept http for loopback addresses only, and so does `trustedFetch`.
      execute: [enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [allowInsecureRequests] : [])],
      [customFetch]: trustedFetch,
    });
    const { authorization_endpoint: endpoint } = provider.serverMetadata();
    if (endpoint === undefined || !isTrustworthy(endpoint))
      throw new Error('the discovery document has no authorization_endpoint with https');
    return provider;
  }

  #seal(flow: Flow): Promise<string> {
    return new EncryptJWT({ ...flow })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(Math.floor(this.#now() / 1000) + FLOW_SECONDS)
      .encrypt(this.#flowKey);
  }

  /** Returns `undefined` if the cookie is not from this server, or has expired. */
  async #open(sealed: string): Promise<Flow | undefined> {
    try {
      const { payload } = await jwtDecrypt<Flow>(sealed, this.#flowKey, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
        currentDate: new Date(this.#now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

/** Authenticates by the method that the provider supports; Basic is the default of OpenID Connect. */
function clientAuth(secret: string): ClientAuth {
  const basic = ClientSecretBasic(secret);
  const post = ClientSecretPost(secret);
  return (provider, ...rest) => {
    const methods = provider.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(provider, ...rest);
  };
}

/** Sends a request to an endpoint of the provider. The endpoints are from its discovery document. */
function trustedFetch(url: string, options: CustomFetchOptions): Promise<Response> {
  if (!isTrustworthy(url)) throw new Error(`the provider names ${url}, which is not https`);
  return fetch(url, { ...options, redirect: 'error' } as RequestInit);
}

/** Returns the reason of an error of the exchange; `undefined` for errors of this server. */
function reasonOf(error: unknown): OidcFailureReason | undefined {
  if (error instanceof InvalidToken) return 'unknown';
  if (error instanceof AuthorizationResponseError)
    return error.error === 'access_denied' ? 'denied' : 'failed';
  if (error instanceof ResponseBodyError) return error.status >= 500 ? 'unavailable' : 'failed';
  if (isUnreachable(error)) return 'unavailable';
  return error instanceof ClientError || error instanceof WWWAuthenticateChallengeError
    ? 'failed'
    : undefined;
}

/** True if a request to the provider got no response, or one that the provider is out of order. */
function isUnreachable(error: unknown): boolean {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError' || (name === 'TypeError' && message === 'fetch failed')) return true;
  if (cause instanceof Response) return cause.status >= 500;
  return cause instanceof Error && isUnreachable(cause);
}

/** The error for the log, without responses of the provider, which may contain tokens. */
function detailOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return `the provider refused: ${error.error}`;
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
