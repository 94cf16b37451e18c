import type { WriteStream } from 'node:tty';

/**
 * Characters that a terminal acts on or that change the order of what it shows: C0 and C1 controls, DEL, the separators
 * of lines and paragraphs, and the controls of writing direction.
 */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Escapes controls as JSON does, such as `\u001b`, so JSON stays valid and keeps its meaning. */
export function escapeControls(text: string, { keepLines = false } = {}): string {
  return text.replace(CONTROLS, (control) => {
    if (keepLines && (control === '\n' || control === '\t')) return control;
    if (control === '\n') return '\\n';
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * A text of a task, a log or an error as it is printed: on a terminal without its controls, which could forge lines
 * or change the terminal; elsewhere as it is.
 */
export function oneLine(text: string, to: Pick<WriteStream, 'isTTY'> = process.stdout): string {
  return to.isTTY ? escapeControls(text) : text;
}

/** The same for a text of several lines. */
export function severalLines(text: string, to: Pick<WriteStream, 'isTTY'> = process.stdout): string {
  return to.isTTY ? escapeControls(text, { keepLines: true }) : text;
}

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
