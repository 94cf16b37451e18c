import { expect, test } from 'vitest';
import { changesBetween } from './administration.ts';

test('only the properties that differ are listed, as text', () => {
  const before = { Name: 'a', Roles: [], Disabled: false, Limits: null, Same: 1 };
  const after = { Name: 'b', Roles: ['viewer', 'x'], Disabled: true, Limits: { rate: 1 }, Same: 1 };
  expect(changesBetween(before, after)).toEqual([
    { property: 'Name', from: 'a', to: 'b' },
    { property: 'Roles', from: '', to: 'viewer, x' },
    { property: 'Disabled', from: 'false', to: 'true' },
    { property: 'Limits', from: null, to: '{"rate":1}' },
  ]);
});

test('created and deleted objects list what they have, and values are storable and bounded', () => {
  expect(changesBetween({}, { Name: 'a\0', Expires: new Date(0), Tenant: null })).toEqual([
    { property: 'Name', from: null, to: 'a\uFFFD' },
    { property: 'Expires', from: null, to: '1970-01-01T00:00:00.000Z' },
  ]);
  const [deleted] = changesBetween({ Url: `${'x'.repeat(499)}😀` }, {});
  expect(deleted?.from).toBe(`${'x'.repeat(499)}\uFFFD…`);
});
