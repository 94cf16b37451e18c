import {
  type Driver,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely';
import type { Backend } from '../backend.ts';
import { RetryingDriver } from '../retries/retrying-driver.ts';
import { type ConnectionShares, SharingDriver } from '../run-connections.ts';

/** Our SQL as the servers of one kind take it. */
export class ServerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #backend: Backend;
  readonly #shares: ConnectionShares;

  constructor(config: PostgresDialectConfig, backend: Backend, shares: ConnectionShares) {
    super(config);
    this.#shares = shares;
    this.#config = config;
    this.#backend = backend;
  }

  override createDriver(): Driver {
    return new SharingDriver(new RetryingDriver(this.#config), this.#shares);
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter();
  }

  override createQueryCompiler(): QueryCompiler {
    return this.#backend.functionIndexes ? super.createQueryCompiler() : new BuiltinFoldCompiler();
  }
}

/** Migrations are kept apart by a lease of our own (migration-lease.ts), since not every kind has advisory locks. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** Writes `lower` for our `fold`, so that the index over it serves. */
class BuiltinFoldCompiler extends PostgresQueryCompiler {
  protected override append(text: string): void {
    super.append(text.replaceAll('batchline.fold(', 'lower('));
  }
}
