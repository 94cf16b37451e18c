import { describe, expect, test } from 'vitest';
import { type Caller, SCOPES } from '../core/access.ts';
import { limitToken, MAX_TOKEN_DAYS, type WantedToken } from './tokens.ts';

const now = new Date('2026-03-04T05:06:07Z');
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const anna: Caller = { associateId: 3, login: 'anna', roles: [], tenant: null, scopes: [...SCOPES] };
const administrator: Caller = { ...anna, roles: ['administrator'] };
const wanted = (given: Partial<WantedToken>): WantedToken => ({
  name: 'nightly',
  scopes: undefined,
  definitions: undefined,
  associateId: undefined,
  expires: undefined,
  ...given,
});

describe('a new token', () => {
  test('reads and writes by default, as far as its creator may, and never expires', () => {
    expect(limitToken(anna, wanted({}), now)).toEqual({
      scopes: ['read', 'write'],
      definitions: null,
      expires: null,
    });
    expect(limitToken({ ...anna, scopes: ['read', 'admin'] }, wanted({}), now).scopes).toEqual(['read']);
  });

  test('has no scope that its creator lacks', () => {
    expect(() =>
      limitToken({ ...anna, scopes: ['write'] }, wanted({ scopes: ['read', 'write'] }), now),
    ).toThrow("can't grant the scopes read");
  });

  test('of a worker has definitions in lower case', () => {
    const worker = wanted({ scopes: ['worker'], definitions: ['Send-Mail'] });
    expect(limitToken(administrator, worker, now).definitions).toEqual(['send-mail']);
    expect(() => limitToken(anna, worker, now)).toThrow('Only administrators');
    expect(() => limitToken(administrator, wanted({ scopes: ['worker'] }), now)).toThrow(
      'Definitions is missing',
    );
    expect(() => limitToken(administrator, wanted({ definitions: ['send-mail'] }), now)).toThrow(
      'Definitions is only for tokens with the scope worker',
    );
  });

  test('of a worker has no definition that its creator lacks', () => {
    const caller = { ...administrator, definitions: ['send-mail'] };
    expect(() =>
      limitToken(caller, wanted({ scopes: ['worker'], definitions: ['send-mail', 'import'] }), now),
    ).toThrow("can't grant the definitions import");
  });

  test('expires no later than the token that creates it', () => {
    const caller: Caller = { ...anna, token: { id: 7, expires: later(2) } };
    expect(limitToken(caller, wanted({}), now).expires).toEqual(later(2));
    expect(limitToken(caller, wanted({ expires: later(1) }), now).expires).toEqual(later(1));
    expect(() => limitToken(caller, wanted({ expires: later(3) }), now)).toThrow('the latest time is');
  });

  test.each([0, -1, MAX_TOKEN_DAYS + 1])('can not expire in %d days', (days) => {
    expect(() => limitToken(anna, wanted({ expires: later(days) }), now)).toThrow('a time in the next');
  });

  test('can live for the longest time', () => {
    expect(limitToken(anna, wanted({ expires: later(MAX_TOKEN_DAYS) }), now).expires).toEqual(
      later(MAX_TOKEN_DAYS),
    );
  });
});
