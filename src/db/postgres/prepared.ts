import pg from 'pg';
import { DISCARD_PLANS, PlanAge } from '../plan-age.ts';
import { PREPARED_MARK } from '../sql.ts';

/** Names of the prepared statements by text, for all connections of this process. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `batchline_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}

/** A client that prepares the statements whose text ends with `PREPARED_MARK`. */
export class PreparedStatementClient extends pg.Client {
  readonly #planAge = new PlanAge();

  // biome-ignore lint/suspicious/noExplicitAny: passes on every overload of pg
  override query(text: any, values?: any, ...rest: any[]): any {
    const plain = (super.query as (...args: unknown[]) => unknown).bind(this);
    if (typeof text !== 'string' || !text.endsWith(PREPARED_MARK) || this.#planAge.isIdle())
      return plain(text, values, ...rest);
    // A failed transaction executes nothing.
    if (this.getTransactionStatus() !== 'E' && this.#planAge.expire()) {
      const discarded = plain(DISCARD_PLANS) as Promise<unknown>;
      discarded.catch(() => undefined); // the connection is lost, so the statement fails too
    }
    return plain({ name: nameOf(text), text, values }, ...rest);
  }
}
