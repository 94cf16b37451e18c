/** Values that a spreadsheet would run as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** Writes rows as CSV with commas. Texts that a spreadsheet would run as a formula get a `'` in front. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Reads the records of a CSV text: quotes may enclose delimiters, line breaks and doubled quotes. */
export function parseCsv(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let value = '';
  let isQuoted = false;
  const endRecord = (): void => {
    record.push(value);
    // An empty line is no record.
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
    value = '';
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isQuoted) {
      if (character !== '"') value += character;
      else if (text[index + 1] === '"') {
        value += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && value === '') isQuoted = true;
    else if (character === delimiter) {
      record.push(value);
      value = '';
    } else if (character === '\n') endRecord();
    else if (character !== '\r' || text[index + 1] !== '\n') value += character;
  }
  if (value !== '' || record.length > 0) endRecord();
  return records;
}
