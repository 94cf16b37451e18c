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
    /** A data folder with the embedded database as it is before its first start: the tables, and nothing in them. */
    embeddedTemplate: string;
  }
}

/** An empty place for a server to keep everything in. */
export interface Place {
  readonly folder: string;
  /** What to set so that a server uses it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Makes an empty place with a database of this kind; an embedded one has its tables already.
 *
 * @param backend what PostgreSQL is used as
 */
export async function createPlace(kind: DatabaseKind, backend = TEST_BACKEND): Promise<Place> {
  const place = await createEmptyPlace(kind, backend);
  if (kind === 'embedded')
    await cp(join(inject('embeddedTemplate'), 'postgres'), join(place.folder, 'data/postgres'), {
      recursive: true,
    });
  return place;
}

/** Makes a place where nothing is, not even a database's tables. */
export async function createEmptyPlace(kind: DatabaseKind, backend = TEST_BACKEND): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
  const url =
    kind === 'postgres'
      ? await createDatabase(
          inject('postgresUrl'),
          `batchline_${randomUUID().replaceAll('-', '')}`,
          backend !== undefined,
        )
      : undefined;
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
