import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { type Static, Type } from 'typebox';
import { message } from '../core/message.ts';
import { defineTask, type TaskContext } from '../sdk/define-task.ts';
import { PermanentError } from '../sdk/errors.ts';
import { ResumableFile } from '../sdk/resumable-file.ts';
import { type ImportCheckpoint, readCheckpoint } from './csv-import/checkpoint.ts';
import {
  ChunkMatcher,
  ColumnSchema,
  convert,
  IDENTIFIER,
  type MappedColumn,
  mapColumns,
} from './csv-import/columns.ts';
import { type CsvFormat, type CsvRecord, readBytes, readRecords } from './csv-import/read-records.ts';
import {
  checkTable,
  DATA_SCHEMA,
  insertRows,
  type LoadRow,
  prepareTable,
  qualifiedName,
  removeRowsOf,
} from './csv-import/target-table.ts';

const Parameters = Type.Object(
  {
    file: Type.String({
      minLength: 1,
      description: String(message`The CSV file: upload:<id>, or a path in the folder of input files`),
    }),
    table: Type.String({
      pattern: IDENTIFIER,
      description: `The table in the schema ${DATA_SCHEMA} (or that of BATCHLINE_SCHEMA); created if it does not exist`,
    }),
    columns: Type.Array(ColumnSchema, {
      minItems: 1,
      maxItems: 500,
      description: String(message`The columns to load; other columns of the file are ignored`),
    }),
    chunkRows: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      description: String(message`Rows of the file in one transaction`),
    }),
    delimiter: Type.String({
      pattern: '^[^"\\r\\n]$',
      default: ',',
      description: String(message`The character between values`),
    }),
    maxErrors: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: String(message`Maximum number of rejected rows; unlimited if omitted`),
      }),
    ),
  },
  { additionalProperties: false },
);

/** Maximum size of a chunk, so that long rows do not exhaust the memory. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** The reason for rejecting a row: a column (empty for the whole row) and its error. */
interface RowError {
  readonly column: string;
  readonly error: string;
}

interface RejectedRow {
  readonly record: CsvRecord;
  readonly errors: readonly RowError[];
}

/**
 * Loads a CSV file into a table and validates it against a schema. The file is streamed. Each chunk is one transaction with
 * the rows and the checkpoint, so that rows are loaded exactly once even if a run is killed at any point. Invalid rows are
 * written to a report; the others are loaded.
 */
export const csvImport = defineTask({
  name: 'csv-import',
  description: message`Loads a CSV file into a table, validates it against a schema, and reports rejected rows`,
  parameters: Parameters,
  cancellation: 'CanCancel',
  retries: { limit: 3 },
  async run(ctx) {
    const path = await ctx.services.inputFile(ctx.parameters.file);
    const file = await open(path, 'r');
    try {
      return await new CsvImport(ctx, file).run();
    } finally {
      await file.close();
    }
  },
});

/** One run of an import. */
class CsvImport {
  readonly #ctx: TaskContext<Static<typeof Parameters>>;
  readonly #file: FileHandle;
  readonly #format: CsvFormat;
  #columns: readonly MappedColumn[] = [];
  #headerLength = 0;
  #report: ResumableFile | undefined;
  #reportName: string;

  constructor(ctx: TaskContext<Static<typeof Parameters>>, file: FileHandle) {
    this.#ctx = ctx;
    this.#file = file;
    this.#format = { delimiter: ctx.parameters.delimiter };
    this.#reportName = `${ctx.parameters.table}-errors.csv`;
  }

  async run(): Promise<Record<string, string | number>> {
    const stats = await this.#file.stat();
    const header = await this.#readHeader();
    this.#columns = mapColumns(this.#ctx.parameters.columns, header.values);
    this.#headerLength = header.values.length;
    let state = readCheckpoint(this.#ctx.lastCheckpoint, stats);
    state = state === undefined ? await this.#begin(header, stats) : await this.#resume(state);
    try {
      for await (const chunk of this.#chunks(state)) state = await this.#load(chunk, state);
    } finally {
      await this.#report?.close();
    }
    const { read, loaded, rejected } = state;
    const table = await qualifiedName(this.#ctx.services.database, this.#ctx.parameters.table);
    const counts = { table, read, loaded, rejected };
    return rejected === 0 ? counts : { ...counts, report: this.#reportName };
  }

  /** Reads the header and checks the encoding. */
  async #readHeader(): Promise<CsvRecord> {
    const mark = await readBytes(this.#file, 0, Math.min(3, (await this.#file.stat()).size));
    if (mark.indexOf('fffe', 0, 'hex') === 0 || mark.indexOf('feff', 0, 'hex') === 0) {
      throw new PermanentError(
        message`The file is in UTF-16; UTF-8 is accepted, with or without a byte order mark.`,
      );
    }
    const offset = mark.indexOf('efbbbf', 0, 'hex') === 0 ? 3 : 0;
    const { value: header } = await first(readRecords(this.#file, { offset, line: 1 }, this.#format));
    if (header === undefined) {
      throw new PermanentError(
        message`The file is empty; a header line with the names of the columns is expected first.`,
      );
    }
    if (header.problem !== undefined) {
      throw new PermanentError(message`Line ${header.line}, the header: ${header.problem}.`);
    }
    if (!(await this.#isUtf8(header))) {
      throw new PermanentError(
        message`Line ${header.line}, the header: it is not UTF-8. Save the file as UTF-8.`,
      );
    }
    return header;
  }

  /** Starts from the first row: prepares the table and sets the first checkpoint in one transaction. */
  async #begin(
    header: CsvRecord,
    stats: { readonly size: number; readonly mtimeMs: number },
  ): Promise<ImportCheckpoint> {
    const { table, columns } = this.#ctx.parameters;
    const state: ImportCheckpoint = {
      offset: header.end,
      line: header.nextLine,
      read: 0,
      loaded: 0,
      rejected: 0,
      reportBytes: 0,
      fileBytes: stats.size,
      fileModified: stats.mtimeMs,
    };
    await this.#ctx.services.transaction(async (tx) => {
      await prepareTable(tx.sql, table, columns, this.#ctx.task.tenant);
      await removeRowsOf(tx.sql, table, this.#ctx.task.id);
      await tx.checkpoint(state);
    });
    return state;
  }

  /** Continues from a checkpoint: checks the table, and truncates the report to the length of the checkpoint. */
  async #resume(state: ImportCheckpoint): Promise<ImportCheckpoint> {
    const { table, columns } = this.#ctx.parameters;
    await checkTable(this.#ctx.services.database, table, columns);
    if (state.reportBytes > 0) await this.#openReport(state);
    this.#ctx.log.info({ line: state.line, loaded: state.loaded }, 'import continues from its checkpoint');
    return state;
  }

  /** Yields the records from a checkpoint on, in chunks. On a read error, yields the records before it first. */
  async *#chunks(from: ImportCheckpoint): AsyncGenerator<readonly CsvRecord[], void> {
    let chunk: CsvRecord[] = [];
    let bytes = 0;
    let failure: PermanentError | undefined;
    try {
      for await (const record of readRecords(this.#file, from, this.#format)) {
        chunk.push(record);
        bytes += record.end - record.start;
        if (chunk.length < this.#ctx.parameters.chunkRows && bytes < CHUNK_BYTES) continue;
        yield chunk;
        chunk = [];
        bytes = 0;
      }
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      failure = error;
    }
    if (chunk.length > 0) yield chunk;
    if (failure !== undefined) throw failure;
  }

  /** Loads one chunk and sets the checkpoint after it, in one transaction. */
  async #load(chunk: readonly CsvRecord[], before: ImportCheckpoint): Promise<ImportCheckpoint> {
    const { signal, services, parameters, task } = this.#ctx;
    signal.throwIfAborted();
    const { rows, rejected } = await this.#check(chunk);
    const end = chunk.at(-1) as CsvRecord;
    const reportBytes =
      rejected.length === 0 ? before.reportBytes : await this.#writeReport(rejected, before);
    const state: ImportCheckpoint = {
      ...before,
      offset: end.end,
      line: end.nextLine,
      read: before.read + chunk.length,
      loaded: before.loaded + rows.length,
      rejected: before.rejected + rejected.length,
      reportBytes,
    };
    const { maxErrors } = parameters;
    if (maxErrors !== undefined && state.rejected > maxErrors) {
      throw new PermanentError(
        message`${state.rejected} of the first ${state.read} rows are invalid, more than maxErrors (${maxErrors}); see ${this.#reportName}. ${before.loaded} rows have been loaded.`,
      );
    }
    signal.throwIfAborted();
    await services.transaction(async (tx) => {
      await insertRows(tx.sql, parameters.table, task.id, this.#columns, rows);
      await tx.checkpoint(state);
    });
    const percent = Math.min(100, (state.offset / state.fileBytes) * 100);
    this.#ctx.progress(percent, message`${state.loaded} rows loaded, ${state.rejected} rejected`);
    return state;
  }

  /** Separates valid rows from invalid ones. */
  async #check(chunk: readonly CsvRecord[]): Promise<{ rows: LoadRow[]; rejected: RejectedRow[] }> {
    const whole: RejectedRow[] = [];
    const candidates: { record: CsvRecord; values: (string | null)[]; errors: RowError[] }[] = [];
    for (const record of chunk) {
      const error = await this.#rowError(record);
      if (error !== undefined) {
        whole.push({ record, errors: [{ column: '', error }] });
        continue;
      }
      const errors: RowError[] = [];
      const values = this.#columns.map((column) => {
        const converted = convert(column, record.values[column.index] as string);
        if ('value' in converted) return converted.value;
        errors.push({ column: column.name, error: converted.error });
        return null;
      });
      candidates.push({ record, values, errors });
    }
    const chunkMatcher = new ChunkMatcher();
    for (const [index, column] of this.#columns.entries()) {
      if (column.matcher === undefined) continue;
      const filled = candidates.filter((candidate) => candidate.values[index] !== null);
      const texts = filled.map(({ record }) => rawOf(record, column));
      const matches = await chunkMatcher.matchAll(column.name, column.matcher, texts);
      for (const [at, isMatch] of matches.entries())
        if (!isMatch)
          filled[at]?.errors.push({
            column: column.name,
            error: `does not match the pattern ${column.pattern}`,
          });
    }
    const rows: LoadRow[] = [];
    const rejected = [...whole];
    for (const { record, values, errors } of candidates) {
      if (errors.length === 0) rows.push({ line: record.line, values });
      else rejected.push({ record, errors });
    }
    rejected.sort((a, b) => a.record.start - b.record.start);
    return { rows, rejected };
  }

  /** Returns the error of a row as a whole; `undefined` if there is none. */
  async #rowError(record: CsvRecord): Promise<string | undefined> {
    if (record.problem !== undefined) return String(record.problem);
    if (record.values.length !== this.#headerLength) {
      return `has ${record.values.length} values; the header has ${this.#headerLength}`;
    }
    if (!(await this.#isUtf8(record))) return 'is not UTF-8';
    return undefined;
  }

  /** Decoding replaces invalid bytes by U+FFFD, so only records with that character are checked byte by byte. */
  async #isUtf8(record: CsvRecord): Promise<boolean> {
    if (!record.values.some((value) => value.includes('\uFFFD'))) return true;
    return isUtf8(await readBytes(this.#file, record.start, record.end));
  }

  /** Adds rows to the report and flushes it to disk, before the checkpoint that counts them. */
  async #writeReport(rejected: readonly RejectedRow[], before: ImportCheckpoint): Promise<number> {
    const report = this.#report ?? (await this.#openReport(before));
    const lines = rejected.flatMap(({ record, errors }) => {
      const raw = record.problem === undefined ? this.#toCsv(record.values) : (record.values[0] as string);
      return errors.map(({ column, error }) => [String(record.line), column, error, raw]);
    });
    report.append(reportLines(lines));
    return await report.sync();
  }

  async #openReport(before: ImportCheckpoint): Promise<ResumableFile> {
    const { path } = await this.#ctx.resultFile(this.#reportName);
    const report = await ResumableFile.open(path, before.reportBytes);
    this.#report = report;
    if (report.length === 0) report.append(reportLines([['line', 'column', 'error', 'record']]));
    if (report.lost) {
      const error = `The report of the ${before.rejected} rows rejected before this line was lost with its file.`;
      this.#ctx.log.warn({ path, rejected: before.rejected }, error);
      report.append(reportLines([[String(before.line), '', error, '']]));
    }
    return report;
  }

  /** Formats a record as CSV. */
  #toCsv(values: readonly string[]): string {
    return stringify([[...values]], { delimiter: this.#format.delimiter, eof: false });
  }
}

/** Returns the text that a pattern is matched against. */
function rawOf(record: CsvRecord, column: MappedColumn): string {
  const text = record.values[column.index] as string;
  return column.type === 'text' ? text : text.trim();
}

/** Formats the report. Formulas are escaped (`'` before `=`, `+`, `-`, `@`), because reports are opened in spreadsheets. */
function reportLines(lines: readonly (readonly string[])[]): string {
  return stringify(
    lines.map((line) => [...line]),
    { escape_formulas: true },
  );
}

async function first<T>(items: AsyncGenerator<T, void>): Promise<IteratorResult<T, void>> {
  try {
    return await items.next();
  } finally {
    await items.return();
  }
}
