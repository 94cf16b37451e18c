import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { oversized, type Refusal } from '../domain/errors.ts';

/** The size and the hash of a content. */
export interface Measured {
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** A refusal of a file that is larger than is set. */
export function tooLarge(mostBytes: number): Refusal {
  return oversized`The file is larger than ${mostBytes} bytes, the most that is accepted.`;
}

/** Measures what passes through it, and fails with a Refusal (oversized) where that is too much. */
export class Measure extends Transform {
  readonly #hash = createHash('sha256');
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    super();
    this.#mostBytes = mostBytes;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: Error | null, chunk?: Buffer) => void,
  ): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#bytes > this.#mostBytes) done(tooLarge(this.#mostBytes));
    else done(null, chunk);
  }

  /** What has passed; once, at the end. */
  measured(): Measured {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
