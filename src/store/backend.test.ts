import { expect, test } from 'vitest';
import { BACKEND_NAMES, backendOf, backendSpeaking } from './backend.ts';

test.each([
  ['PostgreSQL 18.1 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit', 'postgres'],
  ['CockroachDB CCL v26.1.0 (x86_64-pc-linux-gnu, built 2026/01/05)', 'cockroachdb'],
  ['PostgreSQL 15.12-YB-2025.2.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang', 'yugabytedb'],
])('%s is %s', (version, name) => {
  expect(backendSpeaking(version)).toBe(name);
});

test('every kind has its name, and those without locks to look at have none to wait on', () => {
  for (const name of BACKEND_NAMES) expect(backendOf(name).name).toBe(name);
  expect(backendOf('citus')).toEqual({ ...backendOf('postgres'), name: 'citus' });
  expect(backendOf('cockroachdb')).toMatchObject({ notifies: false, showsWriters: false });
});
