import { type DialectAdapter, type Driver, PGliteAdapter, PGliteDialect } from 'kysely';
import { SharingDriver } from '../run-connections.ts';

/** Kysely's dialect for PGlite. Its only connection is shared by all, and runs can't keep it. */
export class EmbeddedDialect extends PGliteDialect {
  readonly #runSeconds: number;

  constructor(config: ConstructorParameters<typeof PGliteDialect>[0], runSeconds: number) {
    super(config);
    this.#runSeconds = runSeconds;
  }

  override createDriver(): Driver {
    return new SharingDriver(super.createDriver(), { total: 1, forRuns: 1, runSeconds: this.#runSeconds });
  }

  override createAdapter(): DialectAdapter {
    return new SharedAdapter();
  }
}

/** The driver serializes uses of the connection. Kysely would wait before the driver could refuse. */
class SharedAdapter extends PGliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
