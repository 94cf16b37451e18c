import { type DatabaseConnection, PostgresDriver, type TransactionSettings } from 'kysely';
import { retrying } from '../retrying.ts';

/** A driver whose statements outside a transaction are done again while the database asks for that (`retrying`). */
export class RetryingDriver extends PostgresDriver {
  readonly #ready = new WeakSet<DatabaseConnection>();
  readonly #inTransaction = new WeakSet<DatabaseConnection>();

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    if (!this.#ready.has(connection)) {
      this.#ready.add(connection);
      const once = connection.executeQuery.bind(connection);
      connection.executeQuery = (query, ...rest) =>
        this.#inTransaction.has(connection) ? once(query, ...rest) : retrying(() => once(query, ...rest));
    }
    return connection;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    this.#inTransaction.add(connection);
    await super.beginTransaction(connection, settings);
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#inTransaction.delete(connection);
    await super.releaseConnection(connection as never);
  }
}
