import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`alter table batchline.task add column traceparent text, add column tracestate text`,
  sql`alter table batchline.webhook_delivery add column traceparent text, add column tracestate text`,
];

/** Stores the W3C trace context that a task was started with; null if it has none. */
export const traces: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
