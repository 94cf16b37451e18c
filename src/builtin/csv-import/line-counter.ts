const LF = 10;
const CR = 13;

/**
 * Maps byte offsets of a file to lines. The file is read in blocks, and offsets must be requested in order. LF, CRLF and a
 * lone CR each end a line, also in quotes. Only line ends after the last requested offset are kept in memory.
 */
export class LineCounter {
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
