import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { fromPglite } from 'pg-boss';
import type { Database } from '../database.ts';
import { type DatabaseMeter, logTo } from '../database-meter.ts';
import type { Schema } from '../schema.ts';
import { LocalSignals } from '../signals.ts';
import { DurableFileSystem, durableStartParams } from './durable-file-system.ts';
import { lockFolder } from './folder-lock.ts';

/** The embedded database, with a count of its fsyncs. */
export interface EmbeddedDatabase extends Database {
  /** How often data was forced to the disk since it was opened. */
  syncs(): number;
}

/**
 * Opens PGlite durably in a folder of its own below the data folder, and keeps others out of it.
 *
 * @throws FolderInUse where another process has it open
 */
export async function openEmbedded(dataFolder: string, meter?: DatabaseMeter): Promise<EmbeddedDatabase> {
  const lock = lockFolder(dataFolder);
  try {
    const fs = new DurableFileSystem(join(dataFolder, 'postgres'));
    const pglite = new PGlite({ fs, startParams: durableStartParams(PGlite.defaultStartParams) });
    await pglite.waitReady;
    const sql = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }), ...logTo(meter) });
    const signals = new LocalSignals();
    return {
      sql,
      engine: { backend: 'pglite', db: fromPglite(pglite) },
      signals,
      exclusive: true,
      connections: () => undefined,
      syncs: () => fs.syncs,
      async close() {
        await signals.close();
        await sql.destroy();
        if (!pglite.closed) await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
