import { hashPassword } from '../../src/http/auth/password-hash.ts';

/** The login and password of the administrator of every test server. */
export const ADMIN = { login: 'admin', password: 'correct horse' } as const;

/** The hash of a password at a cost that is for tests only: the server's own is most of what a sign-in costs. */
export const quickHash = (password: string): Promise<string> => hashPassword(password, { N: 2, r: 1, p: 1 });
