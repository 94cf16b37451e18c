import pg from 'pg';

/**
 * Makes the kind of connection that works through a pooler by transaction: nothing of it outlives a transaction. It
 * prepares nothing, and what else is set for the session is set at the beginning of each transaction, in the same call.
 *
 * @param idleTransactionMs how long a transaction may stand still
 */
export function pooledClient(idleTransactionMs: number): typeof pg.Client {
  const begin = `begin; set local idle_in_transaction_session_timeout = ${idleTransactionMs}`;
  return class PooledClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: all the shapes of a call of pg's pass through
    override query(text: any, ...rest: any[]): any {
      const plain = super.query as (...args: unknown[]) => unknown;
      return plain.call(this, text === 'begin' ? begin : text, ...rest);
    }
  };
}
