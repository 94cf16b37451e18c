import { pino } from 'pino';
import { expect, test } from 'vitest';
import { message } from '../core/message.ts';
import { type CompletedRun, Completer } from './completer.ts';

const endOfTask = (taskId: number, result = 'done'): CompletedRun => ({
  taskId,
  attempt: 1,
  name: 'a',
  nodeId: 'n',
  outcome: 'returned',
  to: 'Succeeded',
  result,
  failures: 0,
  losses: 0,
  progressPercent: 100,
  progressDescription: null,
  fileName: null,
  next: null,
  reason: message`The run succeeded.`,
});

/** A completer with a fake database that stores outcomes unless `fault` throws. */
function writerWith(fault: (ends: readonly CompletedRun[], tries: number) => void) {
  const written = new Map<number, CompletedRun>();
  const batches: number[] = [];
  const writer = new Completer(
    async (ends) => {
      batches.push(ends.length);
      fault(ends, batches.length);
      for (const end of ends) written.set(end.taskId, end);
    },
    true,
    pino({ level: 'silent' }),
  );
  return { writer, written, batches };
}

const sqlError = (code: string): Error => Object.assign(new Error(`SQLSTATE ${code}`), { code });

test.each([
  ['the database rejects', () => sqlError('22003')],
  ['violates a constraint', () => sqlError('23502')],
  ['cannot be serialized', () => new RangeError('Invalid string length')],
])('an outcome that %s fails only its own task, with the reason', async (_, error) => {
  const { writer, written } = writerWith((ends) => {
    if (ends.some((end) => end.taskId === 2 && end.to === 'Succeeded')) throw error();
  });
  await Promise.all([1, 2, 3].map((id) => writer.write(endOfTask(id))));
  expect([1, 3].map((id) => written.get(id)?.result)).toEqual(['done', 'done']);
  expect(written.get(2)).toMatchObject({ to: 'Failed', next: null, outcome: 'failed' });
  expect(String(written.get(2)?.result)).toBe(`The end of the run can't be written: ${error().message}.`);
});

test('a batch is retried while the database is unreachable', async () => {
  const { writer, written, batches } = writerWith((_, tries) => {
    if (tries < 3) throw sqlError('57P01');
  });
  await Promise.all([1, 2].map((id) => writer.write(endOfTask(id))));
  expect(batches).toEqual([2, 2, 2]);
  expect(written.get(2)?.to).toBe('Succeeded');
});

test('close finishes during an outage, and rejects the pending writes', async () => {
  const tried = Promise.withResolvers<void>();
  const { writer } = writerWith(() => {
    tried.resolve();
    throw sqlError('08006');
  });
  const writing = Promise.allSettled([writer.write(endOfTask(1)), writer.write(endOfTask(2))]);
  await tried.promise;
  await writer.close();
  expect((await writing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('many large results are split into several statements', async () => {
  const { writer, batches } = writerWith(() => undefined);
  const megabyte = 'x'.repeat(1024 * 1024);
  await Promise.all(Array.from({ length: 40 }, (_, id) => writer.write(endOfTask(id, megabyte))));
  expect(batches).toEqual([16, 16, 8]);
});
