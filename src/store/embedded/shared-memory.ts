import { readFile } from 'node:fs/promises';

const SECTION_IMPORTS = 2;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
/** Flags of the limits of a table or memory. */
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/** A memory of WebAssembly. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** What we use of WebAssembly, for which Node's types have no names. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: {
    compile(bytes: Uint8Array): Promise<object>;
    instantiate(module: object, imports: object): Promise<object>;
    readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  };
};

/** Of the memory of WebAssembly. */
const PAGE_BYTES = 65_536;

/** PGlite's module with a memory that other threads can write to, and how large that is, in pages of 64 KB. */
export interface SharedModule {
  readonly module: object;
  readonly maximum: number;
}

/**
 * Compiles PGlite so that it takes a shared memory. Nothing else interrupts a statement: WebAssembly runs to its end, its
 * timers wait for that, and only PostgreSQL itself asks, in its memory, whether the statement is to be canceled
 * (docs/decisions/0027-bounded-requests.md).
 */
export async function compileShared(): Promise<SharedModule> {
  const url = new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'));
  const bytes = new Uint8Array(await readFile(url));
  const maximum = shareMemory(bytes);
  return { module: await wasm.compile(bytes), maximum };
}

/** What we use of Emscripten's options of a module. */
export interface WasmOptions {
  wasmMemory: WasmMemory;
  instantiateWasm: (imports: object, done: (instance: object, module: object) => void) => object;
}

/** Makes Emscripten take the shared module, with a memory as large as its own. */
export function useShared(options: WasmOptions, { module, maximum }: SharedModule): WasmMemory {
  const initial = options.wasmMemory.buffer.byteLength / PAGE_BYTES;
  options.wasmMemory = new wasm.Memory({ initial, maximum, shared: true });
  options.instantiateWasm = (imports, done) => {
    void wasm.instantiate(module, imports).then((instance) => done(instance, module));
    return {};
  };
  return options.wasmMemory;
}

/**
 * Sets the flag `shared` of the memory that a module imports.
 *
 * @returns the memory's maximum
 */
function shareMemory(bytes: Uint8Array): number {
  const reader = new Reader(bytes, 8); // behind the magic number and the version
  while (!reader.isAtEnd) {
    const section = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (section !== SECTION_IMPORTS) {
      reader.at = end;
      continue;
    }
    for (let count = reader.number(); count > 0; count--) {
      reader.skipText();
      reader.skipText();
      const kind = reader.byte();
      if (kind !== KIND.memory) {
        skipType(reader, kind);
        continue;
      }
      const flagsAt = reader.at;
      const flags = reader.byte();
      reader.number(); // the minimum
      if ((flags & HAS_MAXIMUM) === 0) throw new Error('The memory of PGlite has no maximum.');
      bytes[flagsAt] = flags | IS_SHARED;
      return reader.number();
    }
  }
  throw new Error('The module of PGlite imports no memory.');
}

function skipType(reader: Reader, kind: number): void {
  if (kind === KIND.function) reader.number();
  else if (kind === KIND.table) {
    reader.byte();
    const flags = reader.byte();
    reader.number();
    if ((flags & HAS_MAXIMUM) !== 0) reader.number();
  } else if (kind === KIND.global) reader.at += 2;
  else {
    reader.byte();
    reader.number();
  }
}

/** Reads the binary format of WebAssembly. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new Error('The module of PGlite is cut off.');
    this.at += 1;
    return byte;
  }

  /** An unsigned number in LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  skipText(): void {
    const length = this.number();
    this.at += length;
  }
}
