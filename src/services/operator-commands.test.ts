import type { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import type { Schema } from '../db/schema.ts';
import { answerCommand } from './operator-commands.ts';

/** A database that no test may reach. */
const db = new Proxy({} as Kysely<Schema>, {
  get: () => {
    throw new Error('the database was used');
  },
});
const answer = (request: unknown): Promise<unknown> => answerCommand({ db, serialNumber: '1' }, request);

test.each<[string, unknown]>([
  ['no object', 'listUsers'],
  ['no input', { command: 'listUsers' }],
  ['another command', { command: 'dropUsers', input: {} }],
  ['a name from the prototype', { command: 'constructor', input: {} }],
  ['another property', { command: 'listUsers', input: {}, force: true }],
  ['another input', { command: 'listUsers', input: { tenant: 'North' } }],
  ['an empty name', { command: 'addApplication', input: { name: '', scopes: null } }],
  ['an unknown scope', { command: 'addApplication', input: { name: 'import', scopes: ['all'] } }],
  ['no scope at all', { command: 'addApplication', input: { name: 'import', scopes: [] } }],
  ['a fraction as an id', { command: 'revokeToken', input: { id: 1.5 } }],
])('a command with %s is not executed', async (_, request) => {
  expect(await answer(request)).toEqual({ unknown: true });
});

test('an error of the database is not a response: the client gets none of it', async () => {
  await expect(answer({ command: 'listUsers', input: {} })).rejects.toThrow('the database was used');
});
