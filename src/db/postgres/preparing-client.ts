import pg from 'pg';
import { PREPARED_MARK } from '../sql.ts';

/** The names of the prepared statements, by text; the same on every connection of this process. */
const names = new Map<string, string>();

/** A connection that prepares the statements whose text ends with the mark. */
export class PreparedStatementClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: all the shapes of a call of pg's pass through
  override query(text: any, values?: any, ...rest: any[]): any {
    const plain = super.query as (...args: unknown[]) => unknown;
    if (typeof text !== 'string' || !text.endsWith(PREPARED_MARK))
      return plain.call(this, text, values, ...rest);
    return plain.call(this, { name: nameOf(text), text, values }, ...rest);
  }
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `batchline_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}
