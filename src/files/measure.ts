import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { oversized, type RequestError } from '../core/errors.ts';

/** The size and the hash of a content. */
export interface Measured {
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** A refusal of a file that is larger than is set. */
export function tooLarge(mostBytes: number): RequestError {
  return oversized`The file is larger than ${mostBytes} bytes, the most that is accepted.`;
}

/** The check is repeated after this many bytes. */
const CHECK_BYTES = 16 * 1024 * 1024;

/** Measures what passes through it, and fails with a RequestError (oversized) if that is too much. */
export class Measure extends Transform {
  readonly #hash = createHash('sha256');
  readonly #mostBytes: number;
  readonly #check: ((bytes: number) => Promise<void>) | undefined;
  #bytes = 0;
  #checked = 0;

  /** @param check called every 16 MB with the measure so far; throws to abort the stream */
  constructor(mostBytes: number, check?: (bytes: number) => Promise<void>) {
    super();
    this.#mostBytes = mostBytes;
    this.#check = check;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: Error | null, chunk?: Buffer) => void,
  ): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#bytes > this.#mostBytes) done(tooLarge(this.#mostBytes));
    else if (this.#check === undefined || this.#bytes - this.#checked < CHECK_BYTES) done(null, chunk);
    else {
      this.#checked = this.#bytes;
      this.#check(this.#bytes).then(() => done(null, chunk), done);
    }
  }

  /** What has passed; once, at the end. */
  measured(): Measured {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
