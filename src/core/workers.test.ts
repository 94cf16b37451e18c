import { expect, test } from 'vitest';
import { workerOwner } from './access.ts';
import { readWorkerOwner } from './workers.ts';

const caller = { associateId: 7, login: 'anna', roles: [], tenant: null, scopes: ['worker'] } as const;

test.each(['printer', 'box: 7', ''])(
  'the owner of a remote worker "%s" has its associate and name',
  (name) => {
    expect(readWorkerOwner(workerOwner(caller, name))).toEqual({ associateId: 7, name });
  },
);

test('a process has neither', () => {
  expect(readWorkerOwner('0d8c7f3e-0000-4000-8000-000000000000')).toBeUndefined();
});
