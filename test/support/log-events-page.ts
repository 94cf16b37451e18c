import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logCalls } from './log-events.ts';

// Writes the table of docs/reference/log-events.md from the calls in src: `npm run log-events`.

/** The page that has the table. */
export const LOG_EVENTS_PAGE = join(import.meta.dirname, '../../docs/reference/log-events.md');

const TABLE = /(<!-- log events:.*?-->\n\| event .*\n\|.*\n)([\s\S]*?)(<!-- \/log events -->)/;

/**
 * The last column, by event: when the line is logged. It is kept apart from the page, so that no change of a call can lose
 * it.
 */
export const LOG_EVENT_TEXTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'log-event-texts.json'), 'utf8'),
);

/** Replaces the table by that of the program. */
export function logEventsPage(page: string): string {
  const rows = new Map(
    logCalls().map(({ event = '', level, message }) => [
      event,
      `| \`${event}\` | ${level} | ${message} | ${LOG_EVENT_TEXTS[event] ?? ''} |\n`,
    ]),
  );
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return page.replace(TABLE, (_match, head, _rows, foot) => `${head}${sorted.join('')}${foot}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(LOG_EVENTS_PAGE, 'utf8');
  const written = logEventsPage(page);
  if (written !== page) writeFileSync(LOG_EVENTS_PAGE, written);
  process.stdout.write(
    `docs/reference/log-events.md ${written === page ? 'is up to date' : 'was written'}\n`,
  );
}
