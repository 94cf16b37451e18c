import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { CITUS_BACKEND } from './citus.ts';
import { createDatabase, dropDatabase } from './postgres-server.ts';

/** A kind of database. */
export type DatabaseKind = 'embedded' | 'postgres';

/** The kinds of database that the integration tests run on: `describe.each(DATABASES)`. */
export const DATABASES: readonly DatabaseKind[] = ['embedded', 'postgres'];

/** For tests of what happens before the database, such as formats: one kind in CI, both in `npm run test:faults`. */
export const ANY_DATABASE: readonly DatabaseKind[] =
  process.env.BATCHLINE_FAULTS === 'long' ? DATABASES : ['postgres'];

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder with an embedded database after its first start: all tables, and the administrator. */
    embeddedTemplate: string;
    /** The name of such a database on PostgreSQL. */
    postgresTemplate: string;
  }
}

/** A server's data folder and database. */
export interface Place {
  readonly folder: string;
  /** Settings for a server that uses it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Creates a database of this kind in the state after a first start: all tables, and the administrator. */
export async function createPlace(kind: DatabaseKind): Promise<Place> {
  if (kind === 'postgres') return placeOn(kind, inject('postgresTemplate'));
  const place = await placeOn(kind);
  const template = join(inject('embeddedTemplate'), 'postgres');
  cpSync(template, join(place.folder, 'data/postgres'), { recursive: true }); // a thousand files: `cp` takes twice the CPU time
  return place;
}

/** Creates an empty place, without tables. */
export async function createEmptyPlace(kind: DatabaseKind): Promise<Place> {
  return placeOn(kind);
}

async function placeOn(kind: DatabaseKind, template?: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
  const name = `batchline_${randomUUID().replaceAll('-', '')}`;
  const url = kind === 'postgres' ? await createDatabase(inject('postgresUrl'), name, template) : undefined;
  return {
    folder,
    env: {
      BATCHLINE_DATA: join(folder, 'data'),
      ...(url === undefined ? {} : { DATABASE_URL: url, ...CITUS_BACKEND }),
    },
    async remove() {
      if (url !== undefined) await dropDatabase(url);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
