import { describe, expect, test } from 'vitest';
import { type Caller, SCOPES } from '../core/access.ts';
import { checkChange, type UserChange } from './accounts.ts';

const anna: Caller = { associateId: 3, login: 'anna', roles: [], tenant: null, scopes: [...SCOPES] };
const administrator: Caller = { ...anna, associateId: 1, roles: ['administrator'] };
const byToken: Partial<Caller> = { token: { id: 7, expires: null } };

describe('a change of an account', () => {
  test.each<[string, Caller, number, UserChange]>([
    ['the own password', anna, 3, { password: 'a' }],
    ['anything, by an administrator', administrator, 3, { password: 'a', roles: [], disabled: true }],
    ['the own account, by an administrator', administrator, 1, { roles: [] }],
    [
      'another account, by the token of an administrator',
      { ...administrator, ...byToken },
      3,
      { disabled: true },
    ],
  ])('may be %s', (_, caller, id, change) => {
    expect(() => checkChange(caller, id, change)).not.toThrow();
  });

  test.each<[string, Caller, number, UserChange]>([
    ['the password of others', anna, 4, { password: 'a' }],
    ['the own roles', anna, 3, { roles: ['administrator'] }],
    ['the own roles beside the password', anna, 3, { password: 'a', roles: ['administrator'] }],
    ['nothing at all', anna, 3, {}],
    [
      'another account, without the scope admin',
      { ...administrator, scopes: ['read', 'write'] },
      3,
      { roles: [] },
    ],
  ])('may not be %s', (_, caller, id, change) => {
    expect(() => checkChange(caller, id, change)).toThrow('This call is for administrators.');
  });

  test.each<[string, Partial<Caller>]>([
    ['a token', byToken],
    ['a JWT with fewer roles', { narrowed: true }],
    ['fewer scopes', { scopes: ['read', 'write', 'admin'] }],
  ])("of the caller's own account needs more than %s", (_, limits) => {
    const change = { password: 'a' };
    expect(() => checkChange({ ...anna, ...limits }, 3, change)).toThrow(
      'These credentials have fewer rights',
    );
    expect(() => checkChange({ ...administrator, ...limits }, 1, change)).toThrow(
      'These credentials have fewer rights',
    );
  });
});
