import { expect, test } from 'vitest';
import {
  checkPassword,
  dummyHash,
  generateToken,
  hashPassword,
  hashToken,
  verifyPassword,
} from './secrets.ts';

test('a password matches its hash, and two hashes of it differ', async () => {
  const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
  expect(first).not.toBe(second);
  expect(first).not.toContain('correct');
  expect(await verifyPassword('correct horse', first)).toBe(true);
  expect(await verifyPassword('Correct horse', first)).toBe(false);
});

test.each(['', 'plain', 'md5$1$2$3$a$b', 'scrypt$1$2'])('%j matches no password', async (hash) => {
  expect(await verifyPassword('', hash)).toBe(false);
});

test('a dummy hash costs what others cost, and matches no password', async () => {
  const [hash, other] = [dummyHash(), await hashPassword('correct horse')];
  const costs = (text: string): string[] => text.split('$').slice(0, 4);
  expect(costs(hash)).toEqual(costs(other));
  expect(hash).toHaveLength(other.length);
  expect(await verifyPassword('', hash)).toBe(false);
  expect(dummyHash()).not.toBe(hash);
});

test('another Unicode form of the same letters is the same password', async () => {
  expect(await verifyPassword('caf\u00e9 noir', await hashPassword('cafe\u0301 noir'))).toBe(true);
});

test('tokens look like SuperOffice access tokens and are stored as hashes', () => {
  const token = generateToken('Cust12345');
  expect(token).toMatch(/^8A:Cust12345\.[\w-]{43}$/);
  expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
  expect(generateToken('Cust12345')).not.toBe(token);
});

test('a new password has the minimum length of the setting', () => {
  expect(() => checkPassword('seven77', 8)).toThrow(/^Password has 7 characters; at least 8 are accepted\.$/);
  checkPassword('eight888', 8);
  // SuperOffice's published samples have short passwords.
  checkPassword('x', 1);
});
