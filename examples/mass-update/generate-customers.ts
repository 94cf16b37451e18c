/*
 * Writes generated customers as CSV to standard output. The same arguments produce the same bytes.
 *
 *   npx node examples/mass-update/generate-customers.ts ROWS [--bad N] [--seed N] > customers.csv
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';

const HEADER = ['id', 'name', 'email', 'country', 'since', 'active', 'credit_limit'];
const FIRST = ['Nord', 'Fjord', 'Berg', 'Sol', 'Havn', 'Lys', 'Elv', 'Skog', 'Ny', 'Østre', 'Åker', 'Strand'];
const SECOND = ['data', 'bygg', 'mat', 'tre', 'fisk', 'kraft', 'tekst', 'frakt', 'verk', 'glass'];
const FORMS = [' AS', ' AB', ' ApS', ' GmbH', ', Foss & Sons', ' "Nordic" Ltd', ''];
const COUNTRIES = ['NO', 'SE', 'DK', 'DE', 'NL', 'GB'];
const BLOCK_ROWS = 1000;

type Row = [
  id: string,
  name: string,
  email: string,
  country: string,
  since: string,
  active: string,
  limit: string,
];

/** Kinds of invalid rows; csv-import rejects each of them. */
const SPOILERS: readonly ((row: Row) => string)[] = [
  ([id, , ...rest]) => stringify([[id, '', ...rest]]),
  ([id, name, email, ...rest]) => stringify([[id, name, email.replace('@', ' at '), ...rest]]),
  ([id, name, email, country, , ...rest]) => stringify([[id, name, email, country, '2023-02-29', ...rest]]),
  (row) => stringify([[...row.slice(0, -1), 'unlimited']]),
  (row) => stringify([row.slice(0, -1)]),
  ([id, , ...rest]) => `${id},"Nord"lys AS,${rest.join(',')}\n`,
];

/** Yields the file in pieces. `bad` of the rows, spread evenly, are invalid, in alternating ways. */
function* customers(rows: number, bad: number, seed: number): Generator<string, void> {
  const random = mulberry32(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let good: (readonly string[])[] = [HEADER];
  for (let id = 1, spoilt = 0; id <= rows; id++) {
    const word = pick(FIRST) + pick(SECOND);
    const day = new Date(Date.UTC(2000, 0, 1 + Math.floor(random() * 9000)));
    const row: Row = [
      String(id),
      word + pick(FORMS),
      `post${id}@${word.toLowerCase().replace('å', 'aa').replace('ø', 'oe')}.example`,
      pick(COUNTRIES),
      day.toISOString().slice(0, 10),
      random() < 0.9 ? 'yes' : 'no',
      (Math.floor(random() * 2000) * 50).toFixed(2),
    ];
    const spoil = spoilt < Math.floor((id * bad) / rows) ? SPOILERS[spoilt++ % SPOILERS.length] : undefined;
    if (spoil === undefined) good.push(row);
    if (spoil === undefined && good.length < BLOCK_ROWS && id < rows) continue;
    yield stringify(good) + (spoil?.(row) ?? '');
    good = [];
  }
  if (good.length > 0) yield stringify(good);
}

/** Returns pseudo-random numbers in [0, 1) from a seed (Tommy Ettinger's Mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function wholeNumber(what: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  console.error(`${what} is "${text}"; a whole number from 0 to ${most} is accepted.`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bad: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' } },
});
const rows = wholeNumber('ROWS', positionals.join(' '), 1_000_000_000);
const bad = wholeNumber('--bad', values.bad, rows);
const seed = wholeNumber('--seed', values.seed, 2 ** 32 - 1);
await pipeline(Readable.from(customers(rows, bad, seed)), process.stdout);
