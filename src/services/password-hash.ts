import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { invalid } from '../core/errors.ts';

/** What scrypt costs: blocks, their size, lanes. */
interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** scrypt's cost: 2^15 blocks of 8 in 3 lanes (32 MiB), as OWASP's password storage advice has it. */
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
 * The hash to keep of a password: algorithm, costs, salt and key, in one text.
 *
 * @param cost a lower one than the default is for tests
 */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(16);
  return hashText(cost, salt, await derive(password, salt, cost));
}

/** A hash that no password belongs to, and that takes as long to find out about as any other. */
export function dummyHash(): string {
  return hashText(COST, randomBytes(16), randomBytes(KEY_BYTES));
}

/** Whether the password belongs to the hash. Takes as long where it doesn't. */
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
