import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Indexes the due deliveries of each webhook in order, because a claim reads the first few of each. */
export const webhookTurns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index if not exists webhook_delivery_due_by_webhook
      on batchline.webhook_delivery (webhook_id, next_try, id) where state = 'Waiting'`.execute(db);
  },
};
