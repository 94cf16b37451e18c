import { expect, test } from 'vitest';
import type { Caller } from '../core/access.ts';
import { mayDelete } from './files.ts';

const anna: Caller = { associateId: 3, login: 'anna', roles: [], tenant: null, scopes: ['read', 'write'] };
const administrator: Caller = {
  ...anna,
  associateId: 1,
  roles: ['administrator'],
  scopes: ['read', 'write', 'admin'],
};

test.each<[string, Caller, { associateId: number; tenant: string }, boolean]>([
  ['its owner', anna, { associateId: 3, tenant: 'North' }, true],
  [
    'its owner, signed in for its tenant',
    { ...anna, tenant: 'North' },
    { associateId: 3, tenant: 'North' },
    true,
  ],
  [
    'its owner, signed in for another tenant',
    { ...anna, tenant: 'South' },
    { associateId: 3, tenant: 'North' },
    false,
  ],
  ['another associate', anna, { associateId: 4, tenant: 'North' }, false],
  ['an administrator', administrator, { associateId: 3, tenant: 'North' }, true],
  [
    'an administrator without the scope',
    { ...administrator, scopes: ['write'] },
    { associateId: 3, tenant: 'North' },
    false,
  ],
  [
    'an administrator of another tenant',
    { ...administrator, tenant: 'South' },
    { associateId: 3, tenant: 'North' },
    false,
  ],
])('an upload may be deleted by %s, or not', (_, caller, upload, allowed) => {
  expect(mayDelete(caller, upload)).toBe(allowed);
});
