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
  ['texts under a condition', writer, plain, guard, false],
  ['what is derived from the task', writer, derived, undefined, false],
  ['what is derived from the task, under a condition', writer, derived, guard, false],
  ['texts, by a caller who may only read', reader, plain, undefined, false],
])('a change of %s chooses the batched write or not', (_, caller, change, condition, expected) => {
  expect(choosesBatchedWrite(caller, change, condition)).toBe(expected);
});
