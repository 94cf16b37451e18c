import pg from 'pg';

/**
 * Makes the kind of connection that works through a pooler by transaction: nothing of it outlives a transaction. It
 * prepares nothing, and the settings of its session are set at the beginning of each transaction, in the same call.
 *
 * @param settings statements that set them
 */
export function pooledClient(settings: string): typeof pg.Client {
  const begin = `begin; ${settings}`;
  return class PooledClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: all the shapes of a call of pg's pass through
    override query(text: any, ...rest: any[]): any {
      const plain = super.query as (...args: unknown[]) => unknown;
      return plain.call(this, text === 'begin' ? begin : text, ...rest);
    }
  };
}
