import { type Driver, PostgresAdapter, PostgresDialect, type PostgresDialectConfig } from 'kysely';
import { type ConnectionShares, SharingDriver } from '../run-connections.ts';
import { RetryingDriver } from './retrying-driver.ts';

/** PostgreSQL with retries of refused statements and shares of the connections. */
export class ServerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #shares: ConnectionShares;

  constructor(config: PostgresDialectConfig, shares: ConnectionShares) {
    super(config);
    this.#shares = shares;
    this.#config = config;
  }

  override createDriver(): Driver {
    return new SharingDriver(new RetryingDriver(this.#config), this.#shares);
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter();
  }
}

/** Migrations lock a row (migrate.ts), because advisory locks need a connection that stays the same. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
