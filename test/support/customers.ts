import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';

/** The folder of the example with the mass update. */
export const MASS_UPDATE = resolve(import.meta.dirname, '../../examples/mass-update');

/** Parameters of csv-import for the file of the example's script. */
export const CUSTOMER_COLUMNS = [
  { name: 'id', type: 'integer', required: true },
  { name: 'name', type: 'text', required: true },
  { name: 'email', type: 'text', pattern: '[^@ ]+@[^@ ]+' },
  { name: 'country', type: 'text', pattern: '[A-Z]{2}' },
  { name: 'since', type: 'date' },
  { name: 'active', type: 'boolean', required: true },
  { name: 'credit_limit', type: 'number' },
];

/** Output of the example's script: the file, the ids of the invalid rows, and the values of the valid ones. */
export interface Customers {
  readonly csv: string;
  readonly badIds: readonly number[];
  readonly good: readonly (readonly string[])[];
}

/** Runs the example's script, which spreads the invalid rows evenly. */
export async function generateCustomers(rows: number, { bad = 0, seed = 1 } = {}): Promise<Customers> {
  const script = `${MASS_UPDATE}/generate-customers.ts`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, String(rows), '--bad', String(bad), '--seed', String(seed)],
    { maxBuffer: 1024 ** 3 },
  );
  const badIds = Array.from({ length: bad }, (_, n) => Math.ceil(((n + 1) * rows) / bad));
  // The header is line 0, and no row has a line break.
  const goodLines = stdout.split('\n').filter((_, line) => line > 0 && !badIds.includes(line));
  return { csv: stdout, badIds, good: parse(goodLines.join('\n')) };
}
