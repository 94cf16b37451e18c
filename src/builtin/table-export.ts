import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type Static, Type } from 'typebox';
import { message } from '../core/message.ts';
import type { BatchTask } from '../core/task.ts';
import { STORED_STATES } from '../core/task-state.ts';
import { defineTask, type TaskContext } from '../sdk/define-task.ts';

type Cell = string | number | boolean | null;

/** The columns and their values, with the names of the API. */
const COLUMNS = {
  Id: (task) => task.id,
  Name: (task) => task.name,
  State: (task) => task.state,
  AssociateId: (task) => task.ownerId,
  IsSystemTask: (task) => task.ownerId === 0,
  Created: (task) => task.created.toISOString(),
  LastStarted: (task) => task.lastStarted?.toISOString() ?? null,
  Updated: (task) => task.updated.toISOString(),
  StartCount: (task) => task.startCount,
  Failures: (task) => task.failures,
  ProgressPercent: (task) => task.progressPercent,
  ProgressDescription: (task) => task.progressDescription,
  Description: (task) => task.description,
  Request: (task) => task.request,
  Response: (task) => task.response,
  Result: (task) => task.result,
  FileName: (task) => task.fileName,
  DetailsTable: (task) => task.detailsTable,
  DetailsRecord: (task) => task.detailsRecord,
  DatabaseSerialNumber: (task) => task.tenant,
} as const satisfies Readonly<Record<string, (task: BatchTask) => Cell>>;

/** The name of a column of the export. */
type ColumnName = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

/** Number of tasks between two progress reports. */
const PROGRESS_EVERY = 500;

const Parameters = Type.Object(
  {
    format: Type.Enum(['csv', 'jsonl'], { default: 'csv', description: String(message`CSV, or JSON Lines`) }),
    name: Type.Optional(
      Type.String({ minLength: 1, description: String(message`Only tasks of this definition`) }),
    ),
    state: Type.Optional(
      Type.Enum([...STORED_STATES], { description: String(message`Only tasks in this state`) }),
    ),
    columns: Type.Optional(
      Type.Array(Type.Enum(COLUMN_NAMES), {
        minItems: 1,
        maxItems: COLUMN_NAMES.length,
        uniqueItems: true,
        description: String(message`The columns and their order; all by default`),
      }),
    ),
    delimiter: Type.String({
      pattern: '^[^"\\r\\n]$',
      default: ',',
      description: String(message`The character between values of CSV`),
    }),
    escapeFormulas: Type.Boolean({
      default: true,
      description: String(
        message`Prefixes CSV values that a spreadsheet would run as a formula (they begin with =, +, - or @) with a '`,
      ),
    }),
  },
  { additionalProperties: false },
);

/**
 * Streams the tasks that the run may read to a file, oldest first. The file is renamed when it is complete; another attempt
 * starts over.
 */
export const tableExport = defineTask({
  name: 'table-export',
  description: message`Exports tasks, by definition and state, to a CSV or JSON Lines file`,
  parameters: Parameters,
  cancellation: 'CanCancel',
  retries: { limit: 3 },
  async run(ctx) {
    const { format, delimiter, escapeFormulas, columns = COLUMN_NAMES } = ctx.parameters;
    const { name, path } = await ctx.resultFile(`tasks.${format}`);
    const unfinished = `${path}.part`;
    const counted = { tasks: 0 };
    const rows = readRows(ctx, columns, counted);
    const file = createWriteStream(unfinished, { mode: 0o640, flush: true });
    try {
      if (format === 'csv') {
        const text = stringify({
          header: true,
          columns: [...columns],
          delimiter,
          escape_formulas: escapeFormulas,
          cast: { boolean: String },
        });
        await pipeline(Readable.from(rows), text, file, { signal: ctx.signal });
      } else {
        await pipeline(Readable.from(jsonLines(rows)), file, { signal: ctx.signal });
      }
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      // The stream fails with an AbortError instead of the signal's reason.
      ctx.signal.throwIfAborted();
      throw error;
    }
    ctx.progress(100, message`${counted.tasks} tasks written`);
    return { tasks: counted.tasks, file: name };
  },
});

/** Yields the tasks as rows. Their number is unknown, so progress is estimated by ids, which end at this task's own. */
async function* readRows(
  ctx: TaskContext<Static<typeof Parameters>>,
  columns: readonly ColumnName[],
  counted: { tasks: number },
): AsyncGenerator<Record<string, Cell>, void> {
  const { name, state } = ctx.parameters;
  const filter = { ...(name === undefined ? {} : { name }), ...(state === undefined ? {} : { state }) };
  for await (const task of ctx.services.tasks(filter)) {
    yield Object.fromEntries(columns.map((column) => [column, COLUMNS[column](task)]));
    counted.tasks++;
    if (counted.tasks % PROGRESS_EVERY !== 0) continue;
    ctx.progress(Math.min(99, (task.id / ctx.task.id) * 100), message`${counted.tasks} tasks written`);
  }
}

async function* jsonLines(rows: AsyncIterable<Record<string, Cell>>): AsyncGenerator<string, void> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
