import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Caller, ROLES, SCOPES } from '../core/access.ts';

/** Header by which a cell vouches for the caller of a request that it sends to another cell. */
export const CALLER_HEADER = 'batchline-cell-caller';
/** Validity of a signature: enough for clocks that differ. */
const VALID_MS = 60_000;

/** A caller that another cell has authenticated. The rights of the associate in this cell limit it. */
export type VouchedCaller = Pick<
  Caller,
  'associateId' | 'login' | 'roles' | 'tenant' | 'scopes' | 'definitions'
>;

/** The content of a signature: one call at one time, by a caller; null for a call of the cell itself. */
interface Claim {
  readonly caller: VouchedCaller | null;
  readonly method: string;
  readonly url: string;
  readonly until: number;
}

/** Signs a call to another cell. @param secret the key that all cells know */
export function signCall(secret: string, method: string, url: string, caller: Caller | null): string {
  const claim: Claim = { caller: caller && vouchedFor(caller), method, url, until: Date.now() + VALID_MS };
  const content = Buffer.from(JSON.stringify(claim)).toString('base64url');
  return `${content}.${signatureOf(secret, content)}`;
}

/** Returns what a cell has signed for this call; `undefined` if the signature is wrong, or is for another call or time. */
export function readSignedCall(
  secret: string,
  header: string,
  method: string,
  url: string,
): Claim | undefined {
  const [content = '', signature = ''] = header.split('.');
  const [given, wanted] = [Buffer.from(signature), Buffer.from(signatureOf(secret, content))];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const claim = JSON.parse(Buffer.from(content, 'base64url').toString()) as Claim;
  return claim.method === method && claim.url === url && isCurrent(claim.until) ? claim : undefined;
}

function isCurrent(until: number): boolean {
  return Math.abs(until - Date.now()) <= 2 * VALID_MS && until > Date.now();
}

function signatureOf(secret: string, content: string): string {
  return createHmac('sha256', secret).update(`batchline cell call ${content}`).digest('base64url');
}

function vouchedFor({ associateId, login, roles, tenant, scopes, definitions }: Caller): VouchedCaller {
  return {
    associateId,
    login,
    roles: ROLES.filter((role) => roles.includes(role)),
    tenant,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    ...(definitions === undefined ? {} : { definitions }),
  };
}
