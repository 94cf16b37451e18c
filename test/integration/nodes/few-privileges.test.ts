import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { type Server, startServer } from '../../../src/server.ts';
import { ApiClient } from '../../support/api-client.ts';
import { ADMIN } from '../../support/associates.ts';
import { createPlace, type Place } from '../../support/databases.ts';
import { onServer } from '../../support/on-server.ts';
import { TEST_ENV } from '../../support/test-server.ts';

/* A process whose role may read and write rows, and create nothing. */

const ROLE = `batchline_rows_${randomUUID().slice(0, 8)}`;
let place: Place;
let ownerUrl: string;
let server: Server | undefined;

beforeAll(async () => {
  place = await createPlace('postgres');
  ownerUrl = place.env.DATABASE_URL ?? '';
  const database = new URL(ownerUrl).pathname.slice(1);
  await onServer(ownerUrl, `create role "${ROLE}" login`);
  await onServer(ownerUrl, `revoke all on database "${database}" from public`);
  await onServer(ownerUrl, `grant connect on database "${database}" to "${ROLE}"`);
  await onServer(ownerUrl, `grant usage on schema batchline to "${ROLE}"`);
  const rows = 'select, insert, update, delete on all tables in schema batchline';
  await onServer(ownerUrl, `grant ${rows} to "${ROLE}"`);
  await onServer(ownerUrl, `grant usage on all sequences in schema batchline to "${ROLE}"`);
});
afterAll(async () => {
  await server?.stop();
  await onServer(ownerUrl, `drop owned by "${ROLE}"`);
  await onServer(ownerUrl, `drop role "${ROLE}"`);
  await place?.remove();
});

test('a role that may create nothing starts a server on migrated tables, and runs tasks', async () => {
  const url = new URL(ownerUrl);
  url.username = ROLE;
  const config = readConfig({ ...TEST_ENV, ...place.env, DATABASE_URL: url.href });
  server = await startServer(config, pino({ level: 'silent' }));
  const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
  const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
  expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  await expect(onServer(url.href, 'create table batchline.mine (id int)')).rejects.toThrow(
    /permission denied/,
  );
});
