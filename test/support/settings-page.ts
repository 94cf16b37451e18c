import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../../src/config.ts';

// Writes the table of docs/reference/settings.md from src/config.ts: `npm run settings`.

/** The page that has the table. */
export const SETTINGS_PAGE = join(import.meta.dirname, '../../docs/reference/settings.md');

const TABLE = /(<!-- settings:.*?-->\n\| setting .*\n\|.*\n)[\s\S]*?(<!-- \/settings -->)/;

/** Replaces the rows of the table in this page by those of the program. */
export function settingsPage(page: string): string {
  const rows = SETTINGS.map(
    ({ name, fallback, meaning }) =>
      `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |\n`,
  );
  return page.replace(TABLE, (_match, head, foot) => `${head}${rows.join('')}${foot}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(SETTINGS_PAGE, 'utf8');
  const written = settingsPage(page);
  if (written !== page) writeFileSync(SETTINGS_PAGE, written);
  process.stdout.write(`docs/reference/settings.md ${written === page ? 'is up to date' : 'was written'}\n`);
}
