import { stringify } from 'csv-stringify/sync';
import { type RawBuilder, sql } from 'kysely';
import { Type } from 'typebox';
import { defineTask, PermanentError, ResumableFile } from '../../src/sdk/index.ts';

/** The checkpoint. */
type Checkpoint = {
  /** The last processed line of the import. */
  line: number;
  changed: number;
  /** Number of customers to change, counted by the first run. */
  total: number;
  /** The length of the result file. */
  bytes: number;
};

interface Change {
  readonly line: number;
  readonly id: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * A mass update: changes the credit limit of many customers by a percentage. Each batch is one transaction
 * with the changes and the checkpoint, so that no customer is skipped or changed twice, even if the server
 * is killed. The result file lists each limit before and after.
 */
export const adjustCreditLimits = defineTask({
  name: 'adjust-credit-limits',
  description: 'Changes the credit limits of the active customers that an import has loaded',
  parameters: Type.Object(
    {
      import: Type.Integer({ minimum: 1, description: 'The csv-import task that loaded the customers' }),
      percent: Type.Number({ minimum: -100, maximum: 100, description: 'What is added to each limit' }),
      country: Type.Optional(
        Type.String({ pattern: '^[A-Z]{2}$', description: 'Only customers of this country' }),
      ),
      dryRun: Type.Boolean({ default: false, description: 'Writes the result file and changes nothing' }),
      batchRows: Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 500,
        description: 'Customers in one transaction',
      }),
    },
    { additionalProperties: false },
  ),
  retries: 2,
  async run(ctx) {
    const { import: task, country = null, percent, dryRun, batchRows } = ctx.parameters;
    const dueAfter = (line: number) => sql`_task = ${task} and _line > ${line} and active
      and (${country}::text is null or country = ${country}) and credit_limit is not null`;

    let done = ctx.lastCheckpoint as Checkpoint | undefined;
    done ??= { line: 0, changed: 0, bytes: 0, total: await count(dueAfter(0)) };
    if (done.total === 0) {
      throw new PermanentError(`No customers of import ${task} match. Check the import and the country.`);
    }
    // Truncates the file to the length in the checkpoint: a killed run may have written more.
    const { name, path } = await ctx.resultFile(dryRun ? 'would-change.csv' : 'changed.csv');
    const file = await ResumableFile.open(path, done.bytes);
    try {
      for (let before: Checkpoint | undefined; before?.line !== done.line; ) {
        ctx.signal.throwIfAborted();
        before = done;
        done = await nextBatch(before);
        ctx.progress((100 * done.changed) / Math.max(done.total, done.changed), `${done.changed} customers`);
      }
    } finally {
      await file.close();
    }
    return { [dryRun ? 'wouldChange' : 'changed']: done.changed, file: name };

    async function count(due: RawBuilder<unknown>): Promise<number> {
      const { database } = ctx.services;
      const table = await sql<{ there: boolean }>`
        select to_regclass('batchline_data.customers') is not null as there`.execute(database);
      if (table.rows[0]?.there !== true) return 0;
      const { rows } = await sql<{ n: number }>`
        select count(*)::float8 as n from batchline_data.customers where ${due}`.execute(database);
      return rows[0]?.n ?? 0;
    }

    /** Changes the next batch of customers and records their previous limits. The line stays the same if none are left. */
    function nextBatch({ line, changed, total }: Checkpoint): Promise<Checkpoint> {
      const { length } = file;
      return ctx.services.transaction(async (tx) => {
        await file.cut(length); // the transaction may be retried
        const update = sql`, changed as (
          update batchline_data.customers c set credit_limit = batch.after
          from batch where c._task = ${task} and c._line = batch._line)`;
        const { rows } = await sql<Change>`
          with batch as (
            select _line, id, name, credit_limit as before, round(credit_limit * (100 + ${percent}::numeric) / 100, 2) as after
            from batchline_data.customers where ${dueAfter(line)} order by _line limit ${batchRows} for update
          )${dryRun ? sql`` : update}
          select _line::float8 as line, id::text, name, before::text, after::text from batch order by _line`.execute(
          tx.sql,
        );
        file.append(stringify(rows, { columns: ['id', 'name', 'before', 'after'], header: line === 0 }));
        const next: Checkpoint = {
          line: rows.at(-1)?.line ?? line,
          changed: changed + rows.length,
          total,
          bytes: await file.sync(),
        };
        await tx.checkpoint(next);
        return next;
      });
    }
  },
});
