import { oneLine, severalLines } from './terminal-text.ts';

/** Prints one thing: as JSON if that was asked for, else as this text. */
export function print(value: unknown, json: boolean | undefined, text: string): void {
  console.log(severalLines(json === true ? JSON.stringify(value, null, 2) : text));
}

/** Prints an error of one line. */
export function printError(message: string): void {
  console.error(oneLine(`batchline: ${message}`, process.stderr));
}

/** Prints a list: a JSON array if that was asked for; else a line for each, in columns on a terminal, with tabs elsewhere. */
export function printList<Item>(
  items: readonly Item[],
  json: boolean | undefined,
  cellsOf: (item: Item) => readonly (string | number)[],
): void {
  if (json === true) {
    console.log(severalLines(JSON.stringify(items, null, 2)));
    return;
  }
  const rows = items.map((item) => cellsOf(item).map((cell) => oneLine(String(cell))));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const isLast = (column: number): boolean => column === row.length - 1;
    const aligned = row.map((cell, column) => (isLast(column) ? cell : cell.padEnd(widths[column] ?? 0)));
    console.log(process.stdout.isTTY ? aligned.join('  ') : row.join('\t'));
  }
}

/** The properties of a thing, a line each; those that are empty are left out. */
export function lines(properties: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(properties).filter(([, value]) => value !== '' && value != null);
  const width = Math.max(...shown.map(([name]) => name.length)) + 1;
  return shown
    .map(([name, value]) => {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return `${`${name}:`.padEnd(width)} ${oneLine(text)}`;
    })
    .join('\n');
}
