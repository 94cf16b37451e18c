import { describe, expect, test } from 'vitest';
import { CLAIMS_BY_PRIORITY, TenantTurns } from './tenant-turns.ts';

const NAME = 'export';
const served = (tenant: string, { left = 0, tenants = 2, hasMore = true } = {}) => ({
  last: { tenant, left },
  tenants,
  hasMore,
});

describe('turns of tenants', () => {
  test('begin when a claim finds several tenants, after the one that it served, and end with the last but one', () => {
    const turns = new TenantTurns();
    expect(turns.isShared(NAME)).toBe(false);
    turns.noteShared(NAME, 'A');
    expect(turns.isShared(NAME)).toBe(true);
    expect(turns.of(NAME)).toEqual({ tenant: 'A', left: 0 });
    turns.noteTurns(NAME, served('B', { tenants: 1 }), true, false);
    expect(turns.isShared(NAME)).toBe(false);
    turns.noteShared(NAME, undefined);
    expect(turns.of(NAME)).toEqual({ tenant: 'B', left: 0 });
    turns.noteTurns(NAME, undefined, false, false);
    expect(turns.isShared(NAME)).toBe(false);
  });

  test('continue with the rest of a turn that the size of the claim has cut short, and only then', () => {
    const turns = new TenantTurns();
    turns.noteTurns(NAME, served('A', { left: 2 }), true, false);
    expect(turns.of(NAME)).toEqual({ tenant: 'A', left: 2 });
    turns.noteTurns(NAME, served('B', { left: 2 }), false, false);
    expect(turns.of(NAME)).toEqual({ tenant: 'B', left: 0 });
  });

  test('the oldest tasks are due after a number of claims that leave tasks waiting', () => {
    const turns = new TenantTurns();
    for (let claims = 1; claims < CLAIMS_BY_PRIORITY; claims += 1) turns.noteClaim(NAME, true);
    expect(turns.isOldestDue(NAME)).toBe(false);
    turns.noteTurns(NAME, served('A'), false, false);
    expect(turns.isOldestDue(NAME)).toBe(true);
    turns.noteTurns(NAME, served('A'), true, true);
    expect(turns.isOldestDue(NAME)).toBe(false);
    for (let claims = 1; claims < 2 * CLAIMS_BY_PRIORITY; claims += 1)
      turns.noteClaim(NAME, claims % CLAIMS_BY_PRIORITY !== 0);
    expect(turns.isOldestDue(NAME)).toBe(false);
  });
});
