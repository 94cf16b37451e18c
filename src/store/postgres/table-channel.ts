import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Schema } from '../schema.ts';
import type { Channel } from './shared-signals.ts';

/** The table is read this often. */
const POLL_MS = 250;
/** Rows become visible when they are committed, so that each is looked for this long after it was written. */
const LATEST_SECONDS = 10;
/** Old rows are removed this often. */
const SWEEP_MS = 30_000;

/** Texts in a table that every process reads again and again: for databases without LISTEN and NOTIFY. */
export class TableChannel implements Channel {
  readonly #sql: Kysely<Schema>;
  readonly #log: Logger;
  /** The rows that were heard, as long as they are looked for. */
  #heard = new Set<string>();
  #hear: (text: string) => void = () => undefined;
  #timers: NodeJS.Timeout[] = [];
  #working: Promise<void> = Promise.resolve();
  #reading = false;

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#sql = db;
    this.#log = log;
  }

  async open(hear: (text: string) => void): Promise<void> {
    for (const row of await this.#recent()) this.#heard.add(row.id); // from before this process
    this.#hear = hear;
    this.#timers = [
      setInterval(() => this.#poll(), POLL_MS),
      setInterval(() => this.#work(() => this.#sweep()), SWEEP_MS),
    ];
  }

  async send(text: string): Promise<void> {
    await this.#sql.insertInto('batchline.signal').values({ content: text }).execute();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#working;
  }

  #poll(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#work(async () => {
      try {
        const rows = await this.#recent();
        const heard = this.#heard;
        this.#heard = new Set(rows.map((row) => row.id));
        for (const row of rows) if (!heard.has(row.id)) this.#hear(row.content);
      } finally {
        this.#reading = false;
      }
    });
  }

  #work(task: () => Promise<void>): void {
    this.#working = this.#working
      .then(task)
      .catch((error: unknown) =>
        this.#log.warn({ err: error }, 'signals of other processes could not be read; trying again'),
      );
  }

  async #recent(): Promise<{ id: string; content: string }[]> {
    const { rows } = await sql<{ id: string; content: string }>`
      select id, content from batchline.signal
      where at > now() - ${LATEST_SECONDS}::float8 * interval '1 second' order by at`.execute(this.#sql);
    return rows;
  }

  async #sweep(): Promise<void> {
    await sql`delete from batchline.signal where at < now() - interval '1 minute'`.execute(this.#sql);
  }
}
