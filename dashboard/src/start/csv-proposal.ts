import { parseCsv } from '../csv.ts';

/** The part of a file that is read to recognise its form, in bytes. */
const SAMPLE = 64 * 1024;
/** Maximum size of a file that is converted to UTF-8 in the browser, in bytes. */
export const MAX_CONVERTED = 100 * 1024 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A column that the import is to load. */
interface ProposedColumn {
  readonly name: string;
  readonly type: string;
  /** The name in the header, if it differs. */
  readonly source?: string;
}

/** The form of a CSV file, recognised from its beginning. */
export interface CsvProposal {
  readonly encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
  readonly delimiter: string;
  readonly header: readonly string[];
  /** The records after the header, of the part that was read. */
  readonly rows: readonly (readonly string[])[];
  readonly columns: readonly ProposedColumn[];
  /** A name for the table, from that of the file. */
  readonly table: string;
}

/** Reads the beginning of a CSV file, and proposes the parameters of its import. */
export async function proposeImport(file: File): Promise<CsvProposal> {
  const bytes = new Uint8Array(await file.slice(0, SAMPLE).arrayBuffer());
  const label = encodingOf(bytes);
  const text = new TextDecoder(label).decode(bytes, { stream: true });
  return {
    encoding: NAMES[label],
    table: identifierOf(file.name.replace(/\.[^.]*$/, '')),
    ...proposeFrom(text, file.size > SAMPLE),
  };
}

/** Returns the file in UTF-8, which is the encoding that imports accept. */
export async function inUtf8(file: File): Promise<File> {
  const label = encodingOf(new Uint8Array(await file.slice(0, SAMPLE).arrayBuffer()));
  if (label === 'utf-8') return file;
  const text = new TextDecoder(label).decode(await file.arrayBuffer());
  return new File([text], file.name, { type: file.type });
}

type Label = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
const NAMES = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252',
} as const satisfies Record<Label, CsvProposal['encoding']>;

/** Recognises UTF-16 by its byte order mark; what is not UTF-8 is taken for Windows-1252, as of older spreadsheets. */
function encodingOf(bytes: Uint8Array): Label {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  try {
    // The sample may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** Proposes delimiter and columns from the beginning of a text. @param isCut whether it is only a part of the file */
export function proposeFrom(
  text: string,
  isCut: boolean,
): Pick<CsvProposal, 'delimiter' | 'header' | 'rows' | 'columns'> {
  const read = DELIMITERS.map((delimiter) => {
    const records = parseCsv(text, delimiter);
    // The last record of a part is incomplete.
    return { delimiter, records: isCut && records.length > 1 ? records.slice(0, -1) : records };
  });
  const best = read.reduce((a, b) => (fitOf(b.records) > fitOf(a.records) ? b : a));
  const [first = [], ...rows] = best.records;
  const header = first.map((name) => name.trim());
  const taken = new Set<string>();
  const columns = header.flatMap((source, index) => {
    // The import needs a name in the header, and each only once.
    if (source === '' || header.indexOf(source) !== index) return [];
    const name = unique(identifierOf(source), taken);
    const type = typeOf(rows.map((row) => (row[index] ?? '').trim()).filter((value) => value !== ''));
    return [{ name, type, ...(name === source ? {} : { source }) }];
  });
  return { delimiter: best.delimiter, header, rows, columns };
}

/** The number of columns if nearly all records have it, otherwise less than one. */
function fitOf(records: readonly (readonly string[])[]): number {
  const width = records[0]?.length ?? 0;
  const share = records.filter((record) => record.length === width).length / Math.max(1, records.length);
  return share >= 0.8 ? width : share;
}

/** Makes a name that tables and columns can have: `Straße Nr.` becomes `strasse_nr`. */
export function identifierOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'o')
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return (/^[a-z]/.test(plain) ? plain : `c_${plain}`).slice(0, 60);
}

function unique(name: string, taken: Set<string>): string {
  let result = name;
  for (let number = 2; taken.has(result); number += 1) result = `${name}_${number}`;
  taken.add(result);
  return result;
}

const TYPES: readonly (readonly [string, RegExp])[] = [
  // Numbers with leading zeros are codes, such as postcodes.
  ['integer', /^[+-]?(?:0|[1-9]\d{0,17})$/],
  ['number', /^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?$/],
  ['boolean', /^(?:true|false|yes|no|t|f|y|n)$/i],
  ['date', /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/],
  ['timestamp', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/],
];

/** The type that all values have; text if there is none, or no values. */
function typeOf(values: readonly string[]): string {
  const fits = TYPES.find(([, pattern]) => values.every((value) => pattern.test(value)));
  return values.length === 0 || fits === undefined ? 'text' : fits[0];
}
