import { hash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { SignInConfig, SignInScheme } from '../../config.ts';
import { SCOPES } from '../../core/caller.ts';
import { forbidden, RequestError, unauthenticated } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';
import type { Associate } from '../../db/queries/account.ts';
import { type Application, findApplication } from '../../db/queries/account.ts';
import type { Schema } from '../../db/schema.ts';
import { hashToken } from '../../services/secrets.ts';
import type { RequestCredentials } from './credentials.ts';
import { JWT_SHAPE, JwtScheme } from './jwt.ts';
import { PasswordCheck } from './password-check.ts';
import { authorizationSchemes, challengeOf, type Scheme, type SignedIn } from './scheme.ts';
import { BasicScheme, BearerScheme, TicketScheme } from './schemes.ts';
import { Throttle } from './throttle.ts';

/** How long a sign-in is believed before the database is asked again: a change elsewhere takes effect within it. */
const AUTH_CACHE_TTL_MS = 5000;

interface CachedSignIn {
  readonly signedIn: SignedIn;
  readonly until: number;
}

/** Which scheme credentials are for, and the credentials themselves. */
type SchemeCredentials = readonly [SignInScheme, string];

/**
 * Finds out who is asking (contract, section 5: Authorization). A sign-in that succeeded is believed for a few
 * seconds, so that a client's next call costs one hash and neither scrypt nor a query.
 */
export class Authenticator {
  readonly #db: Kysely<Schema>;
  readonly #config: SignInConfig;
  readonly #throttle: Throttle;
  readonly #passwords: PasswordCheck;
  readonly #schemes: Readonly<Partial<Record<SignInScheme, Scheme>>>;
  /** CachedSignIn sign-ins, by a keyed hash of all that was credentials, so that no secret stays in memory. */
  readonly #cache = new BoundedMap<CachedSignIn>();
  readonly #pending = new Map<string, Promise<SignedIn>>();
  /** Tokens that have signed in before, by keyed hash: the failures of others at their address don't hold them up. */
  readonly #knownGood = new BoundedMap<true>();
  /** Tokens that were wrong, by keyed hash: one that comes again and again counts once. */
  readonly #knownBad = new BoundedMap<true>();
  /** As long as a block of SHA-256, and known to this object only. */
  readonly #key = randomBytes(32).toString('hex');

  constructor(db: Kysely<Schema>, config: SignInConfig, log: Logger) {
    this.#db = db;
    this.#config = config;
    this.#throttle = new Throttle(config.freeFailures);
    this.#passwords = new PasswordCheck(db, this.#throttle);
    const all: Partial<Record<SignInScheme, Scheme>> = {
      basic: new BasicScheme(this.#passwords),
      bearer: new BearerScheme(db),
      ...(config.oidc === undefined ? {} : { jwt: new JwtScheme(db, config.oidc, log) }),
      ticket: new TicketScheme(db, 'ticket', config.ticketIdleMs),
      cookie: new TicketScheme(db, 'cookie', config.sessionIdleMs),
    };
    this.#schemes = Object.fromEntries(
      config.schemes.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
    );
  }

  /** The ways to sign in that are on. */
  get schemes(): readonly SignInScheme[] {
    return Object.keys(this.#schemes) as SignInScheme[];
  }

  /** The value of WWW-Authenticate of a 401. */
  challenge(silently: boolean): string {
    return challengeOf(this.schemes, silently);
  }

  /**
   * Who is asking.
   *
   * @throws RequestError (unauthenticated) where there are no credentials or they are wrong, never saying which part was;
   *   (throttled) where too many were wrong; (unavailable) where nobody can say now
   */
  async authenticate(credentials: RequestCredentials): Promise<SignedIn> {
    const { authorization, session, appToken = '', address } = credentials;
    // Bound to the address, so that a guess from elsewhere is never answered from here.
    const key = this.#keyedHash(
      `${authorization ?? ''}\0${authorization ? '' : session}\0${appToken}\0${address}`,
    );
    const known = this.#cache.get(key);
    if (
      known !== undefined &&
      known.until > performance.now() &&
      !this.#bypassesCache(known.signedIn, address)
    )
      return known.signedIn;
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
   * The associate with this login and password, for the sign-in call.
   *
   * @param scheme what is to be handed out
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

  /** A ticket or session was handed out: it counts as one that has signed in before. */
  trust(secret: string): void {
    this.#knownGood.set(this.#keyedHash(secret), true);
  }

  /** Forgets all sign-ins, after a change of associates, tokens or applications in this process. */
  clearCache(): void {
    this.#cache.clear();
  }

  /** A password is not believed unchecked where others may be guessing it. */
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

  /** Bearer is both: what looks like a JWT is one, where that is on. */
  #bearerOf(credentials: string): SignInScheme {
    const looksLikeJwt = JWT_SHAPE.test(credentials);
    if (this.#schemes.bearer === undefined) return 'jwt';
    return looksLikeJwt && this.#schemes.jwt !== undefined ? 'jwt' : 'bearer';
  }

  /** Tickets, tokens and sessions: too long to be guessed, so that only the load of wrong ones is held back. */
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

  /** Signs in where SO-AppToken is right, or not there and not required. */
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
      const found = await findApplication(this.#db, hashToken(appToken));
      if (found === undefined) throw invalidWithApplication();
      return found;
    });
    try {
      return [await signIn(), application];
    } catch (error) {
      // Which part was wrong is not told.
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
