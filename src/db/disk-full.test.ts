import { expect, test } from 'vitest';
import { isDiskFull } from './disk-full.ts';

const diskErrorWithCode = (code: string): Error => Object.assign(new Error('said by the database'), { code });

test('the disk is full by what the database says, or would be in the embedded one', () => {
  expect(isDiskFull(diskErrorWithCode('53100'), false)).toBe(true);
  expect(isDiskFull(diskErrorWithCode('25006'), true)).toBe(true);
  expect(isDiskFull(diskErrorWithCode('25006'), false), 'a standby').toBe(false);
  for (const other of [diskErrorWithCode('57P01'), new Error('no space left'), undefined, { code: '53100' }])
    expect(isDiskFull(other, true)).toBe(false);
});
