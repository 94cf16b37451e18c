import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { invalid } from '../core/errors.ts';

/** Generates an API token in SuperOffice's format of an access token, `8A:<customer>.<secret>`. */
export function generateToken(customer: string): string {
  return `8A:${customer}.${generateSecret()}`;
}

/** Generates a ticket in SuperOffice's format. @param cell the cell that issues it, if there are cells */
export function generateTicket(cell?: string): string {
  return `7T:${generateSession(cell)}`;
}

/** Generates the secret of a session. @param cell the cell that issues it, to which other cells forward its requests */
export function generateSession(cell?: string): string {
  return cell === undefined ? generateSecret() : `${cell}.${generateSecret()}`;
}

/** Generates a secret: the token of an application, or a part of others. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Returns the hash under which the database stores a token, ticket or session. Secrets have 256 random bits, so a plain
 * SHA-256 is sufficient.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The cost parameters of scrypt: blocks, block size, parallelism. */
interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** N = 2^15, r = 8, p = 3 (32 MiB), as OWASP recommends. */
const COST: Cost = { N: 32_768, r: 8, p: 3 };
const KEY_BYTES = 32;
const MAX_MEMORY = 128 * 1024 * 1024;

/**
 * Checks a new password.
 *
 * @param minLength in characters
 * @throws RequestError (invalid) if it is shorter
 */
export function checkPassword(password: string, minLength: number): void {
  if (password.length < minLength)
    throw invalid`Password has ${password.length} characters; at least ${minLength} are accepted.`;
}

/**
 * Hashes a password into one string with algorithm, cost, salt and key.
 *
 * @param cost tests use a lower cost
 */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(16);
  return hashText(cost, salt, await derive(password, salt, cost));
}

/** Creates a hash that matches no password and takes as long to verify as any other. */
export function dummyHash(): string {
  return hashText(COST, randomBytes(16), randomBytes(KEY_BYTES));
}

/** True if the password matches the hash. Takes the same time either way. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [algorithm, N, r, p, salt, key] = hash.split('$');
  if (algorithm !== 'scrypt' || salt === undefined || key === undefined) return false;
  const wanted = Buffer.from(key, 'base64');
  const derived = await derive(password, Buffer.from(salt, 'base64'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return derived.length === wanted.length && timingSafeEqual(derived, wanted);
}

function hashText({ N, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MAX_MEMORY }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
