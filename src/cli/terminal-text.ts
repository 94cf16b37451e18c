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
