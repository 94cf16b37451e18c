import { describe, expect, test } from 'vitest';
import { type Caller, SCOPES } from './access.ts';
import { allows, FieldRight, RIGHTS, relationTo, rightsOn, TableRight, visibleTo } from './permissions.ts';

const anna: Caller = { associateId: 5, login: 'anna', roles: [], tenant: null, scopes: SCOPES };
const own = { tenant: 't', ownerId: 5, name: 'mail' };
const others = { tenant: 't', ownerId: 6, name: 'mail' };
const system = { tenant: 't', ownerId: 0, name: 'mail' };

describe('relationTo', () => {
  test.each([
    [anna, own, 'owner'],
    [anna, others, 'stranger'],
    [anna, system, 'system'],
    [{ ...anna, roles: ['viewer'] }, others, 'viewer'],
    [{ ...anna, roles: ['administrator'] }, others, 'administrator'],
    [{ ...anna, roles: ['administrator'] }, system, 'administrator'],
    // A token without the scope admin lacks the administrator's rights.
    [{ ...anna, roles: ['administrator'], scopes: ['read', 'write'] }, others, 'stranger'],
    // Tasks of another tenant are out of reach.
    [{ ...anna, roles: ['administrator'], tenant: 'u' }, own, 'stranger'],
    [{ ...anna, tenant: 't' }, own, 'owner'],
    // A worker's token only covers its definitions, without the rights of its associate.
    [{ ...anna, scopes: ['worker'], definitions: ['mail'] }, others, 'worker'],
    [{ ...anna, scopes: ['worker'], definitions: ['mail'] }, { ...others, name: 'Mail' }, 'worker'],
    [{ ...anna, scopes: ['worker'], definitions: ['other'] }, own, 'stranger'],
    [{ ...anna, roles: ['viewer'], scopes: ['worker'], definitions: ['other'] }, others, 'stranger'],
    [{ ...anna, scopes: ['worker'], definitions: ['mail'], tenant: 'u' }, others, 'stranger'],
    // A token that can also read and write has both.
    [{ ...anna, scopes: ['read', 'write', 'worker'], definitions: ['mail'] }, own, 'owner'],
    [{ ...anna, scopes: ['read', 'write', 'worker'], definitions: ['mail'] }, others, 'worker'],
  ] as [Caller, typeof own, string][])('%#: %o and %o: %s', (caller, task, relation) => {
    expect(relationTo(caller, task)).toBe(relation);
  });
});

test('the rights match the contract, section 7', () => {
  const { Select, Update, Delete, FULL, None } = TableRight;
  expect(RIGHTS.administrator.table).toBe(FULL);
  expect(RIGHTS.owner.table).toBe(Select | Update | Delete);
  expect(RIGHTS.system.table).toBe(Select);
  expect(RIGHTS.viewer.table).toBe(Select);
  expect(RIGHTS.worker.table).toBe(Select | Update);
  expect(RIGHTS.worker.editable).toBe(FieldRight.Update);
  expect(RIGHTS.stranger.table).toBe(None);
  expect(RIGHTS.owner.editable).toBe(FieldRight.Update);
  expect(RIGHTS.owner.rest).toBe(FieldRight.Read);
});

test('a sign-in without the scope write can change nothing, regardless of its roles', () => {
  for (const roles of [[], ['viewer'], ['administrator']] as Caller['roles'][]) {
    for (const task of [own, others, system]) {
      const rights = rightsOn({ ...anna, roles, scopes: ['read'] }, task);
      expect(rights.table & ~TableRight.Select).toBe(0);
      expect(rights.editable & FieldRight.Write).toBe(0);
    }
  }
});

test.each<[string, Caller['scopes'], typeof own, number]>([
  ['alone', ['worker'], own, 3],
  ['with read, on an own task', ['read', 'worker'], own, 3],
  ['with read', ['read', 'worker'], others, 3],
  ['with write, on an own task', ['write', 'worker'], own, 11],
  ['with write', ['write', 'worker'], others, 3],
  ['alone, on a system task', ['worker'], system, 3],
])('the scope worker %s allows updates of its definitions’ tasks, but no stop', (_, scopes, task, table) => {
  for (const roles of [[], ['viewer']] as Caller['roles'][]) {
    const caller = { ...anna, roles, scopes, definitions: ['mail'] };
    expect(rightsOn(caller, task)).toMatchObject({
      table,
      editable: FieldRight.Update,
      controls: table === 11,
    });
    expect(allows(rightsOn(caller, { ...others, name: 'report' }), TableRight.Update)).toBe(false);
  }
});

test('lists show the tasks that the rights allow to read', () => {
  for (const roles of [[], ['viewer'], ['administrator']] as Caller['roles'][]) {
    for (const tenant of [null, 't', 'u']) {
      for (const scopes of [SCOPES, ['read']] as Caller['scopes'][]) {
        const caller = { ...anna, roles, tenant, scopes };
        const visible = visibleTo(caller);
        for (const task of [own, others, system]) {
          const shown =
            (visible.tenant === null || visible.tenant === task.tenant) &&
            (visible.ownerIds === null || visible.ownerIds.includes(task.ownerId));
          expect(shown).toBe(allows(rightsOn(caller, task), TableRight.Select));
        }
      }
    }
  }
});
