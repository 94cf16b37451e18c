import { describe, expect, test } from 'vitest';
import type { Caller } from '../core/access.ts';
import { isNarrower, rightsAfterChange } from '../events/rights.ts';
import { checkUrl } from './webhooks.ts';

const caller: Caller = {
  associateId: 3,
  login: 'anna',
  roles: ['viewer'],
  tenant: null,
  scopes: ['read', 'write', 'admin', 'worker'],
};
const webhook = { ownerId: 3, scopes: ['read', 'write'], roles: null, tenant: null } as const;

describe('the rights of a webhook after a change', () => {
  test('stay with the full credentials of its owner', () => {
    const rights = rightsAfterChange(webhook, caller);
    expect(rights).toEqual({ scopes: ['read', 'write'], roles: null, tenant: null });
    expect(isNarrower(rights, webhook)).toBe(false);
  });

  test.each<[string, Partial<Caller>, object]>([
    ['fewer scopes', { scopes: ['read'] }, { scopes: ['read'], roles: null, tenant: null }],
    ['fewer roles', { narrowed: true, roles: [] }, { scopes: ['read', 'write'], roles: [], tenant: null }],
    ['a tenant', { tenant: 'North' }, { scopes: ['read', 'write'], roles: null, tenant: 'North' }],
  ])('are limited by %s of its owner', (_, limits, expected) => {
    const rights = rightsAfterChange(webhook, { ...caller, ...limits });
    expect(rights).toEqual(expected);
    expect(isNarrower(rights, webhook)).toBe(true);
  });

  test('never grow again', () => {
    const narrow = { ownerId: 3, scopes: ['read'], roles: [], tenant: 'North' } as const;
    const { ownerId: _, ...same } = narrow;
    expect(rightsAfterChange(narrow, { ...caller, narrowed: true })).toEqual(same);
  });

  test('do not depend on an administrator who changes it', () => {
    const administrator: Caller = { ...caller, associateId: 1, scopes: ['read', 'admin'], tenant: 'North' };
    expect(isNarrower(rightsAfterChange(webhook, administrator), webhook)).toBe(false);
  });
});

describe('the URL of a webhook', () => {
  test.each([
    ['https://EXAMPLE.com/hook', 'https://example.com/hook'],
    ['http://192.0.0.9/', undefined],
    ['http://127.0.0.1/hook', undefined],
    ['http://[::1]/hook', undefined],
    ['ftp://example.com/', undefined],
    ['no address', undefined],
  ])('%s is checked', (text, accepted) => {
    if (accepted === undefined) expect(() => checkUrl(text, false)).toThrow(/Url/);
    else expect(checkUrl(text, false)).toBe(accepted);
  });

  test('may be a private address if the settings allow it', () => {
    expect(checkUrl('http://127.0.0.1/hook', true)).toBe('http://127.0.0.1/hook');
  });
});
