import { describe, expect, test } from 'vitest';
import { isConnectionError, isDataException, isDiskFull } from './errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('rejected'), { code });

describe('the database is unavailable', () => {
  test.each(['08006', '08P01', '53300', '57P01', '57P03', '25P03', '25006', 'ECONNREFUSED', 'EAI_AGAIN'])(
    '%s',
    (code) => expect(isConnectionError(withCode(code))).toBe(true),
  );

  test.each([
    'PostgreSQL has not responded for 60 s.',
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
  ])('pg error "%s"', (message) => expect(isConnectionError(new Error(message))).toBe(true));

  test.each(['22001', '23505', '40001', '57014', '0800', 'ENOENT'])('not %s', (code) =>
    expect(isConnectionError(withCode(code))).toBe(false),
  );

  test('not other values', () => {
    for (const other of [undefined, null, 'ECONNREFUSED', { code: '57P01' }, new Error('anything')])
      expect(isConnectionError(other)).toBe(false);
  });
});

const diskErrorWithCode = (code: string): Error => Object.assign(new Error('rejected'), { code });

test('the disk is full, by its SQLSTATE or because the embedded database is read-only', () => {
  expect(isDiskFull(diskErrorWithCode('53100'), false)).toBe(true);
  expect(isDiskFull(diskErrorWithCode('25006'), true)).toBe(true);
  expect(isDiskFull(diskErrorWithCode('25006'), false), 'a standby').toBe(false);
  for (const other of [diskErrorWithCode('57P01'), new Error('no space left'), undefined, { code: '53100' }])
    expect(isDiskFull(other, true)).toBe(false);
});

test('the data is rejected, by its SQLSTATE or by a message of Citus', () => {
  const citus = (message: string): Error => Object.assign(new Error(message), { code: 'XX000' });
  for (const code of ['22001', '23505', '54000', 'BL001'])
    expect(isDataException(withCode(code)), code).toBe(true);
  expect(isDataException(citus('duplicate key value violates unique constraint "task_pkey_102038"'))).toBe(
    true,
  );
  for (const other of [
    withCode('57P01'),
    withCode('XX000'),
    citus('cache lookup failed'),
    new Error('violates a constraint'),
  ])
    expect(isDataException(other)).toBe(false);
});
