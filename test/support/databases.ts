import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type BackendName, backendOf } from '../../src/store/backend.ts';
import { createDatabase, dropDatabase } from './postgres-server.ts';

/** A kind of database. */
export type DatabaseKind = 'embedded' | 'postgres';

/**
 * What PostgreSQL is to be used as, by `BATCHLINE_TEST_BACKEND`: the name of a distributed database, whose code paths then
 * run on it, with every transaction serializable, so that the database refuses some as those do.
 */
export const TEST_BACKEND = process.env.BATCHLINE_TEST_BACKEND;

/** What PostgreSQL can do as what it is used as. */
export const POSTGRES_BACKEND = backendOf((TEST_BACKEND ?? 'postgres') as BackendName);

/** The kinds of database that the integration tests run on: `describe.each(DATABASES)`. */
export const DATABASES: readonly DatabaseKind[] =
  TEST_BACKEND === undefined ? ['embedded', 'postgres'] : ['postgres'];

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder with an embedded database that has had its first start: all tables, and the administrator. */
    embeddedTemplate: string;
    /** The name of such a database on PostgreSQL. */
    postgresTemplate: string;
  }
}

/** A place for a server to keep everything in. */
export interface Place {
  readonly folder: string;
  /** What to set so that a server uses it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes a place with a database of this kind as it is after a first start: all tables, and the administrator. */
export async function createPlace(kind: DatabaseKind): Promise<Place> {
  if (kind === 'postgres') return placeOn(kind, TEST_BACKEND, inject('postgresTemplate'));
  const place = await placeOn(kind, undefined);
  const template = join(inject('embeddedTemplate'), 'postgres');
  await cp(template, join(place.folder, 'data/postgres'), { recursive: true });
  return place;
}

/**
 * Makes a place where nothing is, not even a database's tables.
 *
 * @param backend what PostgreSQL is used as
 */
export async function createEmptyPlace(kind: DatabaseKind, backend = TEST_BACKEND): Promise<Place> {
  return placeOn(kind, backend);
}

async function placeOn(kind: DatabaseKind, backend?: string, template?: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
  const name = `batchline_${randomUUID().replaceAll('-', '')}`;
  const options = { isDistributed: backend !== undefined, ...(template === undefined ? {} : { template }) };
  const url = kind === 'postgres' ? await createDatabase(inject('postgresUrl'), name, options) : undefined;
  return {
    folder,
    env: {
      BATCHLINE_DATA: join(folder, 'data'),
      ...(url === undefined ? {} : { DATABASE_URL: url }),
      ...(url === undefined || backend === undefined ? {} : { DATABASE_BACKEND: backend }),
    },
    async remove() {
      if (url !== undefined) await dropDatabase(url);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
