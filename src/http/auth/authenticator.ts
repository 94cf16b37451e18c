import { hash, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { SignInConfig, SignInScheme } from '../../config.ts';
import { SCOPES } from '../../core/access.ts';
import { forbidden, RequestError, unauthenticated } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';
import type { Application, Associate } from '../../db/queries/account.ts';
import { callerWithRights, type SignIns } from '../../services/sign-ins.ts';
import type { VouchedCaller } from '../cell-callers.ts';
import { JWT_SHAPE, JwtScheme } from './jwt.ts';
import {
  authorizationSchemes,
  BasicScheme,
  BearerScheme,
  challengeOf,
  type RequestCredentials,
  type Scheme,
  type SignedIn,
  TicketScheme,
} from './schemes.ts';
import { PasswordCheck, Throttle } from './throttle.ts';

/** The cache lifetime of credentials. Changes in other processes take effect within this time. */
const AUTH_CACHE_TTL_MS = 5000;

interface CachedSignIn {
  readonly signedIn: SignedIn;
  readonly until: number;
}

/** A scheme and the secret for it. */
type SchemeCredentials = readonly [SignInScheme, string];

/**
 * Authenticates requests (contract, section 5: Authorization). Successful results are cached for a few seconds, so that the
 * next call of a client costs one hash and neither scrypt nor a query.
 */
export class Authenticator {
  readonly #signIns: SignIns;
  readonly #config: SignInConfig;
  readonly #throttle: Throttle;
  readonly #passwords: PasswordCheck;
  readonly #schemes: Readonly<Partial<Record<SignInScheme, Scheme>>>;
  /** Results by keyed hash of all credentials of a request, so that no secret stays in memory. */
  readonly #cache = new BoundedMap<CachedSignIn>();
  readonly #pending = new Map<string, Promise<SignedIn>>();
  /** Tokens that were valid, by keyed hash. Failures of others at the same address do not throttle them. */
  readonly #knownGood = new BoundedMap<true>();
  /** Tokens that were invalid, by keyed hash, so that repeated use of the same token counts as one failure. */
  readonly #knownBad = new BoundedMap<true>();
  /** The key of the hashes: random, and as long as a block of SHA-256. */
  readonly #key = randomBytes(32).toString('hex');

  constructor(signIns: SignIns, config: SignInConfig, log: Logger) {
    this.#signIns = signIns;
    this.#config = config;
    this.#throttle = new Throttle(config.freeFailures);
    this.#passwords = new PasswordCheck(signIns, this.#throttle);
    const all: Partial<Record<SignInScheme, Scheme>> = {
      basic: new BasicScheme(this.#passwords, signIns),
      bearer: new BearerScheme(signIns),
      ...(config.oidc === undefined ? {} : { jwt: new JwtScheme(signIns, config.oidc, log) }),
      ticket: new TicketScheme(signIns, 'ticket', config.ticketIdleMs),
      cookie: new TicketScheme(signIns, 'cookie', config.sessionIdleMs),
    };
    this.#schemes = Object.fromEntries(
      config.schemes.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
    );
  }

  /** The enabled schemes. */
  get schemes(): readonly SignInScheme[] {
    return Object.keys(this.#schemes) as SignInScheme[];
  }

  /** The value of WWW-Authenticate of a 401. @param silently leaves out Basic, so that browsers do not prompt */
  challenge(silently: boolean): string {
    return challengeOf(this.schemes, silently);
  }

  /**
   * Authenticates a request.
   *
   * @throws RequestError (unauthenticated) if the credentials are missing or wrong, without revealing which part is wrong;
   *   (rateLimited) after too many failures; (unavailable) if the keys of the OIDC issuer can't be fetched
   */
  async authenticate(credentials: RequestCredentials): Promise<SignedIn> {
    const key = this.#keyOf(credentials);
    const known = this.#cached(key, credentials);
    if (known !== undefined) return known;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const signIn = this.#signIn(credentials).finally(() => this.#pending.delete(key));
    this.#pending.set(key, signIn);
    const signedIn = await signIn;
    const ttlMs = Math.min(AUTH_CACHE_TTL_MS, (signedIn.notAfter ?? Number.POSITIVE_INFINITY) - Date.now());
    this.#cache.set(key, { signedIn, until: performance.now() + ttlMs });
    return signedIn;
  }

  /**
   * Returns the associate with this login and password, for the sign-in call.
   *
   * @param scheme what the call will issue
   * @throws as `authenticate`
   */
  async signInByPassword(
    login: string,
    password: string,
    scheme: 'ticket' | 'cookie',
    credentials: RequestCredentials,
  ): Promise<Associate> {
    const [associate] = await this.#withApplication(credentials, scheme, () =>
      this.#passwords.check(login, password, credentials.address),
    );
    return associate;
  }

  /**
   * Accepts a caller that another cell has authenticated, with at most the rights of its associate here.
   *
   * @throws RequestError (unauthenticated) if this cell doesn't have the associate
   */
  async acceptVouched(vouched: VouchedCaller): Promise<SignedIn> {
    const associate = await this.#signIns.getAssociate(vouched.associateId);
    const isSame = associate?.login === vouched.login && !associate.disabled;
    const rights = { roles: vouched.roles, tenant: vouched.tenant, scopes: vouched.scopes };
    const caller = isSame ? callerWithRights(associate, rights) : undefined;
    if (caller === undefined || associate === undefined)
      throw unauthenticated`The associate "${vouched.login}" does not exist in this cell.`;
    const roles = caller.roles.filter((role) => associate.roles.includes(role));
    const { definitions } = vouched;
    return {
      caller: { ...caller, roles, narrowed: true, ...(definitions === undefined ? {} : { definitions }) },
      scheme: 'bearer',
    };
  }

  /** Returns the login of Basic credentials that no associate has; `undefined` for any others. */
  async unknownLogin(credentials: RequestCredentials): Promise<string | undefined> {
    const text = /^Basic\s+(.+)$/i.exec(credentials.authorization ?? '')?.[1];
    const login = text && Buffer.from(text, 'base64').toString('utf8').split(':')[0];
    if (!login || this.#schemes.basic === undefined) return undefined;
    if (this.#cached(this.#keyOf(credentials), credentials) !== undefined) return undefined;
    return (await this.hasLogin(login)) ? undefined : login;
  }

  /** True if an associate has this login. */
  async hasLogin(login: string): Promise<boolean> {
    return !login.includes('\0') && (await this.#signIns.findAssociate(login)) !== undefined;
  }

  /** Marks a newly issued ticket or session as valid, so that failures of others do not throttle it. */
  trust(secret: string): void {
    this.#knownGood.set(this.#keyedHash(secret), true);
  }

  /**
   * Runs a sign-in whose secret can't be guessed. Its failures count as invalid tokens of the address.
   *
   * @throws RequestError (rateLimited) after too many failures
   */
  async limitFailures<T>(address: string, signIn: () => Promise<T>): Promise<T> {
    this.#throttle.checkToken(address);
    try {
      return await signIn();
    } catch (error) {
      this.#throttle.tokenFailed(address);
      throw error;
    }
  }

  /** Clears the cache, after a change of associates, tokens or applications in this process. */
  clearCache(): void {
    this.#cache.clear();
  }

  /** Includes the address, so that guesses from elsewhere are not answered from the cache. */
  #keyOf({ authorization, session, appToken = '', address }: RequestCredentials): string {
    return this.#keyedHash(
      `${authorization ?? ''}\0${authorization ? '' : session}\0${appToken}\0${address}`,
    );
  }

  #cached(key: string, { address }: RequestCredentials): SignedIn | undefined {
    const known = this.#cache.get(key);
    const isValid = known !== undefined && known.until > performance.now();
    return isValid && !this.#bypassesCache(known.signedIn, address) ? known.signedIn : undefined;
  }

  /** True for passwords from an address with recent failures, where others may be guessing. */
  #bypassesCache({ scheme }: SignedIn, address: string): boolean {
    return scheme === 'basic' && this.#throttle.hasRecentFailures(address);
  }

  async #signIn(credentials: RequestCredentials): Promise<SignedIn> {
    const [name, secret] = this.#schemeOf(credentials);
    const scheme = this.#schemes[name];
    if (scheme === undefined) throw this.#unacceptedScheme();
    const [signedIn, application] = await this.#withApplication(credentials, name, () =>
      name === 'basic'
        ? scheme.signIn(secret, credentials.address)
        : this.#byToken(secret, credentials.address, () => scheme.signIn(secret, credentials.address)),
    );
    const limits = application?.scopes ?? SCOPES;
    const scopes = signedIn.caller.scopes.filter((scope) => limits.includes(scope));
    if (scopes.length === 0) throw forbidden`These credentials have none of the scopes ${SCOPES.join(', ')}.`;
    return { ...signedIn, caller: { ...signedIn.caller, scopes } };
  }

  #schemeOf({ authorization, session }: RequestCredentials): SchemeCredentials {
    if (authorization === undefined) {
      if (session !== undefined && this.#schemes.cookie !== undefined) return ['cookie', session];
      throw this.#missingCredentials();
    }
    const [, scheme = '', credentials = ''] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
    switch (scheme.toLowerCase()) {
      case 'basic':
        return ['basic', credentials];
      case 'bearer':
        return [this.#bearerOf(credentials), credentials];
      case 'soticket':
        return ['ticket', credentials];
      default:
        throw this.#unacceptedScheme();
    }
  }

  /** Bearer is used for both: a token in the shape of a JWT is one, if JWTs are enabled. */
  #bearerOf(credentials: string): SignInScheme {
    const looksLikeJwt = JWT_SHAPE.test(credentials);
    if (this.#schemes.bearer === undefined) return 'jwt';
    return looksLikeJwt && this.#schemes.jwt !== undefined ? 'jwt' : 'bearer';
  }

  /** Looks up a ticket, token or session. They can't be guessed, so throttling only limits the load of invalid ones. */
  async #byToken<T>(token: string, address: string, find: () => Promise<T>): Promise<T> {
    const key = this.#keyedHash(token);
    if (this.#knownGood.get(key) === undefined) this.#throttle.checkToken(address);
    try {
      const found = await find();
      this.#knownGood.set(key, true);
      return found;
    } catch (error) {
      if (isUnauthenticated(error) && this.#knownBad.get(key) === undefined) {
        this.#knownBad.set(key, true);
        this.#throttle.tokenFailed(address);
      }
      throw error;
    }
  }

  /** Authenticates if SO-AppToken is valid, or is absent and not required. */
  async #withApplication<T>(
    { appToken, address }: RequestCredentials,
    scheme: SignInScheme,
    signIn: () => Promise<T>,
  ): Promise<[T, Application | undefined]> {
    if (appToken === undefined) {
      if (this.#config.requireAppToken && scheme !== 'cookie')
        throw unauthenticated`The header SO-AppToken is missing; the token of a registered application is accepted.`;
      return [await signIn(), undefined];
    }
    const application = await this.#byToken(appToken, address, async () => {
      const found = await this.#signIns.findApplication(appToken);
      if (found === undefined) throw invalidWithApplication();
      return found;
    });
    try {
      return [await signIn(), application];
    } catch (error) {
      // Does not reveal which part was wrong.
      throw isUnauthenticated(error) ? invalidWithApplication() : error;
    }
  }

  #missingCredentials(): RequestError {
    const names = authorizationSchemes(this.schemes);
    if (names.length === 0)
      return unauthenticated`Not signed in; POST /api/v1/SignIn with Cookie true creates a session.`;
    return unauthenticated`The header Authorization is missing; accepted schemes: ${names.join(', ')}.`;
  }

  #unacceptedScheme(): RequestError {
    const names = authorizationSchemes(this.schemes).join(', ') || 'none';
    return unauthenticated`The scheme of the header Authorization is not accepted; accepted schemes: ${names}.`;
  }

  #keyedHash(text: string): string {
    return hash('sha256', this.#key + text, 'base64');
  }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof RequestError && error.kind === 'unauthenticated';
}

function invalidWithApplication(): RequestError {
  return unauthenticated`The credentials or the header SO-AppToken are wrong or no longer valid.`;
}
