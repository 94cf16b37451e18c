import { expect, test } from 'vitest';
import type { ApiToken, Associate } from '../db/queries/account.ts';
import { callerOfToken } from './sign-ins.ts';

const associate: Associate = {
  id: 3,
  login: 'anna',
  name: 'Anna',
  passwordHash: '',
  roles: ['viewer'],
  tenant: null,
  disabled: false,
  lastSignIn: null,
  lastSignInBy: null,
};
const token: ApiToken = {
  id: 7,
  associateId: 3,
  name: 'nightly',
  scopes: ['read'],
  definitions: null,
  parentId: null,
  roles: null,
  tenant: null,
  created: new Date(0),
  expires: null,
  lastUsed: null,
};

test('a token has the rights of its associate, as far as its scopes go', () => {
  expect(callerOfToken(associate, token)).toEqual({
    associateId: 3,
    login: 'anna',
    roles: ['viewer'],
    tenant: null,
    scopes: ['read'],
    token: { id: 7, expires: null },
  });
});

test('a token has no role that its associate or its creator lacks', () => {
  const administrator: ApiToken = { ...token, roles: ['administrator'] };
  expect(callerOfToken(associate, administrator)).toMatchObject({ roles: [], narrowed: true });
  const both: Associate = { ...associate, roles: ['administrator', 'viewer'] };
  expect(callerOfToken(both, administrator)).toMatchObject({ roles: ['administrator'], narrowed: true });
});

test('a token of a worker has its definitions', () => {
  const worker: ApiToken = { ...token, scopes: ['worker'], definitions: ['import'] };
  expect(callerOfToken(associate, worker)).toMatchObject({ scopes: ['worker'], definitions: ['import'] });
});

test.each<[string, string | null, string | null, string | null | undefined]>([
  ['of its associate', 'North', null, 'North'],
  ['of its own', null, 'North', 'North'],
  ['of both', 'North', 'North', 'North'],
  ['that its associate has left', 'South', 'North', undefined],
])('a token is bound to the tenant %s', (_, ofAssociate, ofToken, expected) => {
  const caller = callerOfToken({ ...associate, tenant: ofAssociate }, { ...token, tenant: ofToken });
  expect(caller?.tenant).toBe(expected);
});

test('the token of a disabled associate is invalid', () => {
  expect(callerOfToken({ ...associate, disabled: true }, token)).toBeUndefined();
});
