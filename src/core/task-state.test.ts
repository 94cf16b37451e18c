import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALLOWED_TRANSITIONS,
  hasEnded,
  isActive,
  isAllowedTransition,
  parseState,
  STORED_STATES,
  storedStateOf,
  TaskState,
} from './task-state.ts';

describe('parseState', () => {
  test.each(Object.entries(TaskState))('reads %s by name in any casing and by number', (name, number) => {
    expect(parseState(name)).toBe(name);
    expect(parseState(name.toUpperCase())).toBe(name);
    expect(parseState(` ${name.toLowerCase()} `)).toBe(name);
    expect(parseState(number)).toBe(name);
    expect(parseState(String(number))).toBe(name);
  });

  test.each(['', '7', '-1', '1.0', '0x1', 'New,Failed', 'toString', '99999999999'])(
    'knows no state %j',
    (text) => {
      expect(parseState(text)).toBeUndefined();
    },
  );

  test.each(['Acquired', 'ASSIGNED', ' assigned '])(
    'takes %j for Aquired (contract, section 1.1)',
    (text) => {
      expect(parseState(text)).toBe('Aquired');
    },
  );

  test('rejects any other text', () => {
    const names = new Set(Object.keys(TaskState).map((name) => name.toLowerCase()));
    const numbers = new Set<number>(Object.values(TaskState));
    fc.assert(
      fc.property(fc.string(), (text) => {
        const trimmed = text.trim();
        const known =
          names.has(trimmed.toLowerCase()) || (/^\d{1,5}$/.test(trimmed) && numbers.has(Number(trimmed)));
        expect(parseState(text) !== undefined).toBe(known);
      }),
    );
  });
});

describe('transitions', () => {
  test('match the contract', () => {
    // Section 2, spelled out, so that the table does not change by accident.
    expect(ALLOWED_TRANSITIONS).toEqual({
      New: ['Aquired', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
      Aquired: ['New', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
      Started: ['Succeeded', 'SucceededManualCleanup', 'Failed', 'New'],
      Failed: ['New'],
      Succeeded: ['SucceededManualCleanup'],
      SucceededManualCleanup: ['Succeeded'],
    });
  });

  test('keeping the state is always allowed', () => {
    for (const state of STORED_STATES) expect(isAllowedTransition(state, state)).toBe(true);
  });

  test('each state is either New, active or final', () => {
    for (const state of STORED_STATES) {
      expect([state === 'New', isActive(state), hasEnded(state)].filter(Boolean)).toHaveLength(1);
    }
  });
});

test('storedStateOf throws for an unknown number', () => {
  expect(storedStateOf(3)).toBe('Started');
  for (const number of [0, 7, 99999, -1]) expect(() => storedStateOf(number)).toThrow(RangeError);
});
