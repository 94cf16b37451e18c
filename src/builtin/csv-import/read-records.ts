import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type CsvError, Parser } from 'csv-parse';
import { type Message, message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

/** Maximum length of a record in characters. A longer one is almost always due to an unclosed quote. */
export const MAX_RECORD_CHARACTERS = 1024 * 1024;

const FIRST_BLOCK_BYTES = 4 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024;

/** A record of the file, or a line with invalid quotes. */
export interface CsvRecord {
  readonly values: readonly string[];
  /** Describes invalid quotes; `values` then has the whole line as its only value. */
  readonly problem?: Message;
  /** The line on which it starts; 1 is the first. */
  readonly line: number;
  /** The byte at which it starts. */
  readonly start: number;
  /** The byte after it and its line end. */
  readonly end: number;
  /** The line that starts at `end`. */
  readonly nextLine: number;
}

/** The start of a record: its first byte and line. */
export interface CsvPosition {
  readonly offset: number;
  readonly line: number;
}

/** Options of the reader. */
export interface CsvFormat {
  readonly delimiter: string;
  /** Size of the blocks that are read; by default it grows to 64 KB. */
  readonly blockBytes?: number;
}

/** Emitted by the parser instead of a record with invalid quotes. */
class Broken {
  readonly error: CsvError;

  constructor(error: CsvError) {
    this.error = error;
  }
}

interface Parsed {
  readonly values: string[];
  /** Relative to the parser's start. */
  readonly end: number;
}

/**
 * Streams the records of a CSV file from a position on, with a few blocks in memory at a time. Reading from the end of any
 * record yields the same records as reading without interruption. Empty lines are skipped. A line with invalid quotes is
 * yielded as such, and reading continues at the next line.
 *
 * @throws PermanentError if a quoted field is never closed, because the records after it can't be separated
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

/** A parser that reads the file from an offset on, and a promise for the end of reading. */
interface Feed {
  readonly parser: Parser;
  readonly done: Promise<void>;
}

function openParser(file: FileHandle, offset: number, format: CsvFormat, lines: LineCounter): Feed {
  const parser: Parser = new Parser({
    delimiter: format.delimiter,
    // Set explicitly, because a reader that starts in the middle of the file must not detect another one.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    // The types require a record to be returned.
    on_record: (record, info) =>
      ({ values: record, end: info.bytes }) satisfies Parsed as unknown as string[],
    // An error would drop the buffered records, so it is emitted in sequence instead.
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error !== undefined) parser.push(new Broken(error));
      return undefined;
    },
  });
  // A read error destroys the parser with it, so its consumer gets the error. A consumer that stops early destroys the
  // parser, which is not an error.
  const done = pipeline(readBlocks(file, offset, format.blockBytes, lines), parser).catch(() => undefined);
  return { parser, done };
}

/** Reads the file in growing blocks. They start small, because reading restarts after each line with invalid quotes. */
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
    if (blockBytes === undefined) size = Math.min(size * 2, MAX_BLOCK_BYTES);
  }
}

function describe(error: CsvError, line: number): Message {
  switch (error.code) {
    case 'INVALID_OPENING_QUOTE':
      return message`a quote is inside an unquoted field; quote the whole field, and double the quotes in it`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return message`a quoted field continues after its closing quote; quotes inside a quoted field must be doubled`;
    case 'CSV_QUOTE_NOT_CLOSED':
      throw new PermanentError(
        message`Line ${line}: a quoted field starts here and is never closed. Close its quote, and load the rows from this line on.`,
      );
    case 'CSV_MAX_RECORD_SIZE':
      throw new PermanentError(
        message`Line ${line}: the record that starts here is longer than ${MAX_RECORD_CHARACTERS} characters. Either a quote is not closed, or the delimiter is wrong.`,
      );
    default:
      throw error;
  }
}

/** Reads the physical line at an offset, without its end, decoded as well as possible. */
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
    // A block can end within a CRLF.
    const next =
      block[end] === 13 ? (await file.read({ buffer: Buffer.alloc(1), position: at })).buffer[0] : 0;
    return { text: Buffer.concat(pieces).toString(), end: next === 10 ? at + 1 : at };
  }
}

/** Reads the raw bytes of a record. */
export async function readBytes(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

const LF = 10;
const CR = 13;

/**
 * Maps byte offsets of a file to lines. The file is read in blocks, and offsets must be requested in order. LF, CRLF and a
 * lone CR each end a line, also in quotes. Only line ends after the last requested offset are kept in memory.
 */
class LineCounter {
  #starts: number[] = [];
  #ends: number[] = [];
  #head = 0;
  #line: number;
  #read: number;
  #openCr = false;

  /**
   * @param offset the byte at which reading starts
   * @param line the line that starts there
   */
  constructor(offset: number, line: number) {
    this.#read = offset;
    this.#line = line;
  }

  /** Adds the next block of the file. */
  add(block: Uint8Array): void {
    let from = 0;
    if (this.#openCr && block.length > 0) {
      this.#openCr = false;
      from = block[0] === LF ? 1 : 0;
      this.#push(this.#read - 1, this.#read + from);
    }
    if (block.indexOf(CR, from) === -1) {
      for (let at = block.indexOf(LF, from); at !== -1; at = block.indexOf(LF, at + 1)) {
        this.#push(this.#read + at, this.#read + at + 1);
      }
    } else {
      this.#addMixed(block, from);
    }
    this.#read += block.length;
  }

  /** Returns the line of a byte. Offsets must not decrease from call to call. */
  lineAt(offset: number): number {
    while (this.#ends.length > this.#head && (this.#ends[this.#head] as number) <= offset) this.#shift();
    return this.#line;
  }

  /** Returns the first byte at or after the start of a line that is not part of an empty line. */
  skipEmptyLines(offset: number): number {
    this.lineAt(offset);
    let at = offset;
    while (this.#ends.length > this.#head && this.#starts[this.#head] === at) {
      at = this.#ends[this.#head] as number;
      this.#shift();
    }
    return at;
  }

  #addMixed(block: Uint8Array, from: number): void {
    for (let at = from; at < block.length; at++) {
      const byte = block[at];
      if (byte === LF) {
        this.#push(this.#read + at, this.#read + at + 1);
      } else if (byte === CR) {
        if (at + 1 === block.length) {
          this.#openCr = true;
        } else if (block[at + 1] === LF) {
          this.#push(this.#read + at, this.#read + at + 2);
          at++;
        } else {
          this.#push(this.#read + at, this.#read + at + 1);
        }
      }
    }
  }

  #push(start: number, end: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
  }

  #shift(): void {
    this.#line++;
    this.#head++;
    if (this.#head < 4096) return;
    this.#starts = this.#starts.slice(this.#head);
    this.#ends = this.#ends.slice(this.#head);
    this.#head = 0;
  }
}
