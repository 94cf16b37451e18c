import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LOG_FORMAT, stackOf } from './logger.ts';

/** An error as the embedded database throws it: with the values of its statement. */
const failed = (): Error =>
  Object.assign(new Error('duplicate key', { cause: new Error('the cause') }), {
    code: '23505',
    query: 'insert into t values ($1)',
    params: ['the secret'],
    detail: 'Key (token)=(the secret) already exists.',
  });

test('an error is logged with its code and stack, and without the values of its statement', () => {
  const lines: string[] = [];
  const log = pino(LOG_FORMAT, { write: (line: string) => lines.push(line) });
  log.child({ name: 'part' }).error({ err: failed() }, 'failed');
  log.warn(failed());
  const text = lines.join('');
  expect(text).toContain('23505');
  expect(text).toContain('logger.test.ts');
  expect(text).toContain('the cause');
  expect(text).not.toContain('the secret');
});

test('a line without an event gets that of libraries', () => {
  const lines: string[] = [];
  const log = pino(LOG_FORMAT, { write: (line: string) => lines.push(line) });
  log.info('Server listening');
  log.info({ event: 'server.started' }, 'server started');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'library.log', msg: 'Server listening' },
    { event: 'server.started', msg: 'server started' },
  ]);
});

test('an error that ends a command shows its causes, without the values', () => {
  expect(stackOf(failed())).toMatch(/duplicate key.*the cause/s);
  expect(stackOf(failed())).not.toContain('the secret');
  expect(stackOf('a text')).toBe('a text');
});
