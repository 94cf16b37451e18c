import { hashPassword } from '../../src/services/secrets.ts';

/** The login and password of the administrator of every test server. */
export const ADMIN = { login: 'admin', password: 'correct horse' } as const;

/** The hash of a password, with a low cost for tests: the real cost would dominate each sign-in. */
export const quickHash = (password: string): Promise<string> => hashPassword(password, { N: 2, r: 1, p: 1 });
