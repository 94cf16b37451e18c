import { randomBytes, scryptSync } from 'node:crypto';

/** The login and password of the administrator of every test server. */
export const ADMIN = { login: 'admin', password: 'correct horse' } as const;

/** The hash of a password as the server keeps it, at a cost that is for tests only: theirs is most of what a sign-in costs. */
export function quickHash(password: string): string {
  const [N, r, p] = [2, 1, 1];
  const salt = randomBytes(16);
  const key = scryptSync(password.normalize('NFKC'), salt, 32, { N, r, p });
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$');
}
