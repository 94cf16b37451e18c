/** A memory of WebAssembly. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

interface Limits {
  readonly initial: number;
  readonly maximum?: number;
}

type Bytes = ArrayBuffer | ArrayBufferView;

/** The parts of WebAssembly that we use; Node's types lack them. */
interface Wasm {
  Memory: new (limits: Limits & { readonly shared: true }) => WasmMemory;
  Module: new (bytes: Bytes) => object;
  compile(bytes: Bytes): Promise<object>;
  instantiate(source: Bytes | object, imports: object): Promise<object>;
}

/** Maximum size of a memory, in pages of 64 KB. */
const MAX_PAGES = 65_536;
const SECTION_IMPORTS = 2;
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;
/** Flags of the limits of a table or memory. */
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/**
 * Makes every WebAssembly memory that this thread creates from now on shared, so that another thread can cancel a
 * statement: WebAssembly blocks the timers of its own thread, and PostgreSQL polls a flag in its memory
 * (docs/decisions/0027-bounded-requests.md).
 */
export function shareMemories(): void {
  const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };
  const { Memory, Module, compile, instantiate } = wasm;
  // Proxies, because Emscripten uses instanceof.
  wasm.Memory = new Proxy(Memory, {
    construct: (_, [limits]: [Limits]) =>
      new Memory({ ...limits, maximum: limits.maximum ?? MAX_PAGES, shared: true }),
  });
  wasm.Module = new Proxy(Module, { construct: (_, [bytes]: [Bytes]) => new Module(shared(bytes)) });
  wasm.compile = (bytes) => compile(shared(bytes));
  wasm.instantiate = (source, imports) =>
    instantiate(source instanceof Module ? source : shared(source as Bytes), imports);
}

/** Rewrites a module so that its imported memory is shared. Returns it unchanged if it imports none. */
function shared(source: Bytes): Uint8Array {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const reader = new Reader(bytes, 8); // after the magic number and the version
  while (!reader.isAtEnd) {
    const sectionAt = reader.at;
    const section = reader.byte();
    const length = reader.number();
    const begin = reader.at;
    const end = begin + length;
    if (section === SECTION_IMPORTS) {
      const limits = findMemory(reader);
      if (limits === undefined) return bytes;
      const imports = [
        ...bytes.subarray(begin, limits.at),
        HAS_MAXIMUM | IS_SHARED,
        ...leb128(limits.minimum),
        ...leb128(limits.maximum),
        ...bytes.subarray(limits.end, end),
      ];
      return Buffer.concat([
        bytes.subarray(0, sectionAt),
        Uint8Array.from([SECTION_IMPORTS, ...leb128(imports.length), ...imports]),
        bytes.subarray(end),
      ]);
    }
    reader.at = end;
  }
  return bytes;
}

/** Finds the limits of the imported memory and their position. */
function findMemory(
  reader: Reader,
):
  | { readonly at: number; readonly end: number; readonly minimum: number; readonly maximum: number }
  | undefined {
  for (let count = reader.number(); count > 0; count--) {
    reader.skipText();
    reader.skipText();
    const kind = reader.byte();
    if (kind === KIND.memory) {
      const at = reader.at;
      const { minimum, maximum = MAX_PAGES } = reader.limits();
      return { at, end: reader.at, minimum, maximum };
    }
    if (kind === KIND.function) reader.number();
    else if (kind === KIND.table) {
      reader.byte();
      reader.limits();
    } else if (kind === KIND.global) reader.at += 2;
    else {
      reader.byte();
      reader.number();
    }
  }
  return undefined;
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** Reads the binary format of WebAssembly modules. */
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
    if (byte === undefined) throw new Error('A WebAssembly module of PGlite is truncated.');
    this.at += 1;
    return byte;
  }

  /** Reads an unsigned number in LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  limits(): { readonly minimum: number; readonly maximum: number | undefined } {
    const flags = this.byte();
    const minimum = this.number();
    return { minimum, maximum: (flags & HAS_MAXIMUM) === 0 ? undefined : this.number() };
  }

  skipText(): void {
    const length = this.number();
    this.at += length;
  }
}
