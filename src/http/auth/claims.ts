import type { JWTPayload } from 'jose';
import type { Logger } from 'pino';
import type { OidcClaims } from '../../config.ts';
import { type Caller, ROLES, SCOPES, type SessionRights } from '../../core/access.ts';
import { RequestError } from '../../core/errors.ts';
import type { Associate } from '../../db/queries/account.ts';
import { callerWithRights, type SignIns } from '../../services/sign-ins.ts';

/** The token is invalid, or its claims give no access. The message is for the log only. */
export class InvalidToken extends Error {}

/** The associate of claims, and the rights that the claims give. */
export interface ClaimedSignIn {
  readonly associate: Associate;
  readonly rights: SessionRights;
}

/** Maps the verified claims of an OIDC issuer to associates and their rights, by the settings (docs/sign-in.md). */
export class ClaimsReader {
  readonly #signIns: SignIns;
  readonly #oidc: OidcClaims;
  readonly #log: Logger;

  constructor(signIns: SignIns, oidc: OidcClaims, log: Logger) {
    this.#signIns = signIns;
    this.#oidc = oidc;
    this.#log = log;
  }

  /** Returns the associate and rights of claims. @throws InvalidToken if they give no access */
  async signIn(claims: JWTPayload): Promise<ClaimedSignIn> {
    const associate = await this.#associate(claims);
    return { associate, rights: this.#rights(associate, claims) };
  }

  /** Returns the caller of claims. @throws InvalidToken if they give no access */
  async callerOf(claims: JWTPayload): Promise<Caller> {
    const { associate, rights } = await this.signIn(claims);
    const caller = callerWithRights(associate, rights);
    if (caller === undefined) throw new InvalidToken(`${associate.login} belongs to another tenant`);
    await this.#signIns.record(associate, 'jwt');
    return caller;
  }

  /** Returns true if claims that the settings name are absent. */
  lacksAny(claims: JWTPayload): boolean {
    const { loginClaim, rolesClaim, tenantClaim, scopesClaim } = this.#oidc;
    const names = [loginClaim, rolesClaim, tenantClaim, scopesClaim].filter((name) => name !== undefined);
    if (loginClaim === 'email') names.push('email_verified');
    return names.some((name) => claimOf(claims, name) === undefined);
  }

  /** Finds the associate of the claims, or creates it if the settings allow that. */
  async #associate(claims: JWTPayload): Promise<Associate> {
    const { loginClaim, create } = this.#oidc;
    const login = claimOf(claims, loginClaim);
    if (typeof login !== 'string' || !/^[^:\s\0]{1,100}$/.test(login) || !login.isWellFormed())
      throw new InvalidToken(`the claim ${loginClaim} is not a login`);
    if (loginClaim === 'email' && claims.email_verified !== true)
      throw new InvalidToken('the email is not verified');
    const known = await this.#find(login);
    if (known?.disabled) throw new InvalidToken(`${login} is disabled`);
    if (known !== undefined) return known;
    if (!create) throw new InvalidToken(`there is no associate ${login}`);
    return this.#create(login, claims);
  }

  /**
   * Finds the associate with exactly this login. Logins are case-insensitive with passwords but not in claims, because an
   * issuer may have two subjects that differ only in case.
   */
  async #find(login: string): Promise<Associate | undefined> {
    const found = await this.#signIns.findAssociate(login);
    if (found === undefined || found.login === login) return found;
    throw new InvalidToken(`${login} differs from ${found.login} only in case`);
  }

  async #create(login: string, claims: JWTPayload): Promise<Associate> {
    const name = claimOf(claims, 'name');
    const associate = {
      login,
      name: typeof name === 'string' && name.isWellFormed() ? name.replaceAll('\0', '').slice(0, 200) : login,
      passwordHash: '',
      roles: [],
      tenant: this.#tenant(claims) ?? null,
    };
    try {
      const created = await this.#signIns.createAssociate(associate);
      this.#log.info(
        { event: 'auth.associate_created', login, associateId: created.id },
        'associate created on first OIDC sign-in',
      );
      return created;
    } catch (error) {
      // A concurrent request of the same subject inserted it first.
      const existing = error instanceof RequestError ? await this.#find(login) : undefined;
      if (existing === undefined) throw error;
      return existing;
    }
  }

  #rights(associate: Associate, claims: JWTPayload): SessionRights {
    const { rolesClaim, scopesClaim } = this.#oidc;
    const tenant = this.#tenant(claims) ?? null;
    if (tenant !== null && associate.tenant !== null && associate.tenant !== tenant)
      throw new InvalidToken(`${associate.login} belongs to the tenant ${associate.tenant}, not ${tenant}`);
    const roles = rolesClaim === undefined ? undefined : wordsOf(claimOf(claims, rolesClaim));
    const scopes = scopesClaim === undefined ? undefined : wordsOf(claimOf(claims, scopesClaim));
    return {
      roles: roles === undefined ? null : ROLES.filter((role) => roles.includes(role)),
      tenant,
      scopes:
        scopes === undefined
          ? SCOPES
          : SCOPES.filter((scope) => scopes.includes(scope) || scopes.includes(`batchline.${scope}`)),
    };
  }

  #tenant(claims: JWTPayload): string | undefined {
    const { tenantClaim } = this.#oidc;
    if (tenantClaim === undefined) return undefined;
    const tenant = claimOf(claims, tenantClaim);
    if (typeof tenant !== 'string' || !/^[^\0]{1,39}$/.test(tenant) || !tenant.isWellFormed())
      throw new InvalidToken(`the claim ${tenantClaim} is not a DatabaseSerialNumber`);
    return tenant;
  }
}

/** A claim by name, or by dotted path if there is none of that name. */
function claimOf(claims: JWTPayload, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The words of an array, or of a space-separated string such as OAuth scopes. */
function wordsOf(claim: unknown): readonly unknown[] {
  if (Array.isArray(claim)) return claim;
  return typeof claim === 'string' ? claim.split(/\s+/) : [];
}
