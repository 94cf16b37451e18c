import { expect, test } from 'vitest';
import { choosesBatchedWrite } from './change-task.ts';

const plain = { description: 'new' };
const derived = () => plain;
const guard = () => undefined;
const writer = { scopes: ['read', 'write'] as const };
const reader = { scopes: ['read'] as const };

test.each([
  ['texts', writer, plain, undefined, true],
  [
    'texts and State, whose value the statement compares',
    writer,
    { ...plain, state: 'New' as const },
    undefined,
    true,
  ],
  ['nothing', writer, {}, undefined, true],
  ['texts with a guard', writer, plain, guard, false],
  ['values derived from the task', writer, derived, undefined, false],
  ['values derived from the task, with a guard', writer, derived, guard, false],
  ['texts by a read-only caller', reader, plain, undefined, false],
])('a change of %s: batched or locked write', (_, caller, change, condition, expected) => {
  expect(choosesBatchedWrite(caller, change, condition)).toBe(expected);
});
