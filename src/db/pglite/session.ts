import { type PGlite, parse, protocol, type Results } from '@electric-sql/pglite';
import { DISCARD_PLANS, PlanAge } from '../plan-age.ts';
import type { PgliteQuery } from './thread.ts';

/** A statement that PostgreSQL has parsed. */
interface Prepared {
  readonly name: string;
  /** Object ids of the types of its parameters. */
  readonly types: readonly number[];
}

/**
 * Executes statements, and prepares the frequent ones: WebAssembly needs several times as long to parse
 * and plan a claim as to execute it.
 *
 * The plan of a prepared statement is kept for a second, without sequential scans and for any parameters, because its tables may
 * grow meanwhile. Other statements are planned for their parameters, each time.
 */
export class Session {
  readonly #pglite: PGlite;
  readonly #prepared = new Map<string, Prepared>();
  readonly #planAge = new PlanAge();
  /** How PostgreSQL plans now; `undefined` if a rollback may have changed it. */
  #planning: 'once' | 'each time' | undefined = 'each time';

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** @throws the database's error */
  async query({ text, values, isPrepared }: PgliteQuery): Promise<Results<object>> {
    try {
      if (isPrepared) {
        await this.#plan('once');
        if (this.#planAge.expire()) await this.#pglite.exec(DISCARD_PLANS);
        return await this.#pglite.runExclusive(() => this.#execute(text, values));
      }
      // Settings affect only plans with parameters.
      if (values.length > 0) await this.#plan('each time');
      if (text === 'rollback') this.#planning = undefined;
      return await this.#pglite.query(text, [...values]);
    } catch (error) {
      this.#planning = undefined;
      throw error;
    }
  }

  async #plan(when: 'once' | 'each time'): Promise<void> {
    if (this.#planning === when) return;
    await this.#pglite.exec(
      when === 'once'
        ? 'set plan_cache_mode = force_generic_plan; set enable_seqscan = off'
        : 'reset plan_cache_mode; reset enable_seqscan',
    );
    this.#planning = when;
  }

  /** Executes a prepared statement by the extended query protocol, as `PGlite.query` does. */
  async #execute(text: string, values: readonly unknown[]): Promise<Results<object>> {
    const { serialize } = protocol;
    const { parsers, serializers } = this.#pglite;
    const messages = [];
    try {
      const { name, types } = this.#prepared.get(text) ?? (await this.#prepare(text));
      const texts = values.map((value, index) =>
        value === null || value === undefined
          ? null
          : (serializers[types[index] ?? 0]?.(value) ?? String(value)),
      );
      messages.push(...(await this.#send(serialize.bind({ statement: name, values: texts }))));
      messages.push(...(await this.#send(serialize.describe({ type: 'P' }))));
      messages.push(...(await this.#send(serialize.execute({}))));
    } finally {
      messages.push(...(await this.#send(serialize.sync())));
    }
    await this.#pglite.syncToFs();
    const [result] = parse.parseResults(messages, parsers);
    return result as Results<object>;
  }

  async #prepare(text: string): Promise<Prepared> {
    const { serialize } = protocol;
    const name = `batchline_${this.#prepared.size + 1}`;
    await this.#send(serialize.parse({ name, text }));
    const described = await this.#send(serialize.describe({ type: 'S', name }));
    const prepared = { name, types: parse.parseDescribeStatementResults(described) };
    this.#prepared.set(text, prepared);
    return prepared;
  }

  #send(message: Uint8Array) {
    return this.#pglite.execProtocolStream(message, { syncToFs: false });
  }
}
