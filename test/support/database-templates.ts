import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/open.ts';
import { insertAssociate } from '../../src/db/queries/account.ts';
import { ADMIN, quickHash } from './associates.ts';
import { CITUS_BACKEND } from './citus.ts';
import { createDatabase } from './postgres-server.ts';

const POSTGRES_TEMPLATE = 'batchline_template';

/** PGlite clears its buffers at each start. Clearing the usual 128 MB takes a quarter of the CPU time of opening a database. */
const EMBEDDED_SETTINGS = 'shared_buffers = 8MB\n';

/**
 * Vitest calls this once, after starting PostgreSQL. Creating a database with all tables takes seconds of CPU time, and copying
 * one takes almost none. Tests therefore get copies of these templates, which have all tables and the tests' administrator.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-template-'));
  await fill({ BATCHLINE_DATA: folder });
  await appendFile(join(folder, 'postgres/postgresql.conf'), EMBEDDED_SETTINGS);
  project.provide('embeddedTemplate', folder);
  const { postgresUrl } = project.getProvidedContext();
  if (postgresUrl !== undefined) {
    const DATABASE_URL = await createDatabase(postgresUrl, POSTGRES_TEMPLATE);
    await fill({ BATCHLINE_DATA: folder, DATABASE_URL, ...CITUS_BACKEND });
    project.provide('postgresTemplate', POSTGRES_TEMPLATE);
  }
  return () => rm(folder, { recursive: true, force: true });
}

/** Creates the tables and the administrator, as a first start does. */
async function fill(env: Readonly<Record<string, string>>): Promise<void> {
  const log = pino({ level: 'silent' });
  const database = await openDatabase(readConfig(env), log);
  await insertAssociate(database.sql, {
    login: ADMIN.login,
    name: 'Administrator',
    passwordHash: await quickHash(ADMIN.password),
    roles: ['administrator'],
    tenant: null,
  });
  await database.close();
}
