import { expect, test } from 'vitest';
import { SchemaProcesses } from './processes.ts';

const OWNER = 7;
const OTHER = 8;

/** A schema whose validation tries all paths through `levels` of two equal branches. */
function exponential(levels: number): object {
  const $defs: Record<string, object> = { l0: { not: {} } };
  for (let level = 1; level <= levels; level++) {
    const $ref = `#/$defs/l${level - 1}`;
    $defs[`l${level}`] = { anyOf: [{ $ref }, { $ref }] };
  }
  return { type: 'object', properties: { it: { $ref: `#/$defs/l${levels}` } }, $defs };
}

test('checks parameters in a child process', async () => {
  const processes = new SchemaProcesses();
  const schema = JSON.stringify({ type: 'object', properties: { Count: { type: 'integer', default: 1 } } });
  await processes.compile('report', schema, OWNER);
  expect(await processes.read('report', schema, { count: '3' }, OWNER)).toEqual({ Count: 3 });
  expect(await processes.read('report', schema, null, OWNER)).toEqual({ Count: 1 });
  await expect(processes.read('report', schema, { Count: 'many' }, OWNER)).rejects.toThrow(
    'ParameterObject of report: Count must be integer.',
  );
});

test('a schema that never finishes is aborted; others are checked during and after it', async () => {
  const processes = new SchemaProcesses();
  const hostile = JSON.stringify(exponential(40));
  const plain = JSON.stringify({ type: 'object' });
  const ended = expect(processes.read('slow', hostile, { it: 1 }, OWNER)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('takes too much time'),
  });
  expect(await processes.read('report', plain, { a: 1 }, OTHER)).toEqual({ a: 1 });
  await ended;
  expect(await processes.read('report', plain, { a: 1 }, OWNER)).toEqual({ a: 1 });
});

test.each<[string, string, string]>([
  ['an unknown format', '{"type":"object","properties":{"a":{"format":"x"}}}', 'unknown format "x"'],
  ['a pattern with a look-ahead', '{"properties":{"a":{"pattern":"(?=a)"}}}', 'linear time'],
  ['a schema that is too long', JSON.stringify({ description: 'x'.repeat(300_000) }), 'at most 262144'],
])('%s is rejected at declaration', async (_, schema, problem) => {
  await expect(new SchemaProcesses().compile('report', schema, OWNER)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(problem),
  });
});

test('limits the queued checks of one associate', async () => {
  const processes = new SchemaProcesses();
  const plain = JSON.stringify({ type: 'object' });
  const all = await Promise.allSettled(
    Array.from({ length: 250 }, () => processes.read('report', plain, {}, OWNER)),
  );
  const refused = all.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(49);
  expect(refused[0]?.reason).toMatchObject({ kind: 'unavailable' });
});
