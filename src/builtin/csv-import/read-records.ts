import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type CsvError, Parser } from 'csv-parse';
import { type Message, message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';
import { LineCounter } from './line-counter.ts';

/** The longest record in characters. A longer one is nearly always a quote that is never closed. */
export const MAX_RECORD_CHARACTERS = 1024 * 1024;

const FIRST_BLOCK_BYTES = 4 * 1024;
const LARGEST_BLOCK_BYTES = 64 * 1024;

/** One record of the file, or one line whose quotes are wrong. */
export interface CsvRecord {
  readonly values: readonly string[];
  /** What is wrong with the quotes; `values` holds the whole line as its only value then. */
  readonly problem?: Message;
  /** The line on which it begins; 1 is the first. */
  readonly line: number;
  /** The byte at which it begins. */
  readonly start: number;
  /** The byte after it and its line end. */
  readonly end: number;
  /** The line that begins at `end`. */
  readonly nextLine: number;
}

/** Where reading begins: the first byte of a record, and the line it is on. */
export interface CsvPosition {
  readonly offset: number;
  readonly line: number;
}

/** Settings of the reader. */
export interface CsvFormat {
  readonly delimiter: string;
  /** Bytes read at a time; by default they grow to 64 KB. */
  readonly blockBytes?: number;
}

/** What the parser passes on in place of a record whose quotes are wrong. */
class Broken {
  readonly error: CsvError;

  constructor(error: CsvError) {
    this.error = error;
  }
}

interface Parsed {
  readonly values: string[];
  /** Relative to where the parser began. */
  readonly end: number;
}

/**
 * Reads the records of a CSV file from a position on, as a stream: a few blocks are in memory at a time,
 * whatever the size of the file. Reading from the end of any record gives the same records that reading on
 * would have given. Empty lines are skipped. A line whose quotes are wrong is passed on as such, and reading
 * goes on at the next line.
 *
 * @throws PermanentError where a quoted field never ends, because nothing after it can be told apart
 */
export async function* readRecords(
  file: FileHandle,
  from: CsvPosition,
  format: CsvFormat,
): AsyncGenerator<CsvRecord, void> {
  let { offset, line } = from;
  for (;;) {
    let broken: Broken | undefined;
    const lines = new LineCounter(offset, line);
    const base = offset;
    const { parser, done } = openParser(file, offset, format, lines);
    try {
      for await (const item of parser as AsyncIterable<Parsed | Broken>) {
        offset = lines.skipEmptyLines(offset);
        line = lines.lineAt(offset);
        if (item instanceof Broken) {
          broken = item;
          break;
        }
        const start = offset;
        const startLine = line;
        offset = base + item.end;
        line = lines.lineAt(offset);
        yield { values: item.values, line: startLine, start, end: offset, nextLine: line };
      }
    } finally {
      parser.destroy();
      await done;
    }
    if (broken === undefined) return;
    const problem = describe(broken.error, line);
    const { text, end } = await readLine(file, offset);
    yield { values: [text], problem, line, start: offset, end, nextLine: line + 1 };
    offset = end;
    line += 1;
  }
}

/** A parser that is fed from an offset on, and the end of the feeding. */
interface Feed {
  readonly parser: Parser;
  readonly done: Promise<void>;
}

function openParser(file: FileHandle, offset: number, format: CsvFormat, lines: LineCounter): Feed {
  const parser: Parser = new Parser({
    delimiter: format.delimiter,
    // Named, not discovered: a reader that begins in the middle of the file must see the same records.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    // The types want the type of a record back.
    on_record: (record, info) =>
      ({ values: record, end: info.bytes }) satisfies Parsed as unknown as string[],
    // A stream that fails drops the records it has ready, so a problem is passed on in their order instead.
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error !== undefined) parser.push(new Broken(error));
      return undefined;
    },
  });
  // An error of the file destroys the parser with it, so the reader of the parser meets it; a reader that has
  // enough destroys the parser, and that is no error.
  const done = pipeline(readBlocks(file, offset, format.blockBytes, lines), parser).catch(() => undefined);
  return { parser, done };
}

/** Reads the file in blocks that grow, because after a line with wrong quotes reading begins anew. */
async function* readBlocks(
  file: FileHandle,
  offset: number,
  blockBytes: number | undefined,
  lines: LineCounter,
): AsyncGenerator<Buffer, void> {
  let size = blockBytes ?? FIRST_BLOCK_BYTES;
  for (let at = offset; ; ) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(size), position: at });
    if (bytesRead === 0) return;
    const block = buffer.subarray(0, bytesRead);
    lines.add(block);
    yield block;
    at += bytesRead;
    if (blockBytes === undefined) size = Math.min(size * 2, LARGEST_BLOCK_BYTES);
  }
}

function describe(error: CsvError, line: number): Message {
  switch (error.code) {
    case 'INVALID_OPENING_QUOTE':
      return message`a quote stands inside a field that does not begin with one; such a field must be quoted as a whole, and its quotes doubled`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return message`a quoted field goes on after its closing quote; quotes inside a quoted field must be doubled`;
    case 'CSV_QUOTE_NOT_CLOSED':
      throw new PermanentError(
        message`Line ${line}: a quoted field begins here and never ends. Close its quote, and load the rows from this line on.`,
      );
    case 'CSV_MAX_RECORD_SIZE':
      throw new PermanentError(
        message`Line ${line}: the record that begins here is longer than ${MAX_RECORD_CHARACTERS} characters. Either a quote is never closed, or the delimiter is another one.`,
      );
    default:
      throw error;
  }
}

/** The physical line at an offset, without its end, decoded as well as possible; at most the longest record. */
async function readLine(file: FileHandle, offset: number): Promise<{ text: string; end: number }> {
  const pieces: Buffer[] = [];
  let at = offset;
  for (;;) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(16 * 1024), position: at });
    const block = buffer.subarray(0, bytesRead);
    const end = block.findIndex((byte) => byte === 10 || byte === 13);
    if (end === -1) {
      pieces.push(block);
      at += bytesRead;
      if (bytesRead === 0) return { text: Buffer.concat(pieces).toString(), end: at };
      continue;
    }
    pieces.push(block.subarray(0, end));
    at += end + 1;
    // A CRLF may be cut by the block.
    const next =
      block[end] === 13 ? (await file.read({ buffer: Buffer.alloc(1), position: at })).buffer[0] : 0;
    return { text: Buffer.concat(pieces).toString(), end: next === 10 ? at + 1 : at };
  }
}

/** The bytes of a record as they stand in the file. */
export async function readBytes(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}
