import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createDatabase, dropDatabase } from './postgres-server.ts';

/** The kinds of database that the integration tests run on: `describe.each(DATABASES)`. */
export const DATABASES = ['embedded', 'postgres'] as const;

/** A kind of database. */
export type DatabaseKind = (typeof DATABASES)[number];

/** An empty place for a server to keep everything in. */
export interface Place {
  readonly folder: string;
  /** What to set so that a server uses it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes an empty place with a database of this kind. */
export async function createPlace(kind: DatabaseKind): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
  const url =
    kind === 'postgres'
      ? await createDatabase(inject('postgresUrl'), `batchline_${randomUUID().replaceAll('-', '')}`)
      : undefined;
  return {
    folder,
    env: { BATCHLINE_DATA: join(folder, 'data'), ...(url === undefined ? {} : { DATABASE_URL: url }) },
    async remove() {
      if (url !== undefined) await dropDatabase(url);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
