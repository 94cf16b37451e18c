import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Setting } from '../../src/settings/kinds.ts';
import { defaultOf, SETTINGS, SETTINGS_SECTIONS } from '../../src/settings/settings.ts';

// Writes the tables of docs/reference/settings.md from src/settings: `npm run settings`.

/** The page that has the tables. */
export const SETTINGS_PAGE = join(import.meta.dirname, '../../docs/reference/settings.md');

const TABLES = /(<!-- settings:.*?-->\n)[\s\S]*?(<!-- \/settings -->)/;

/** Replaces the tables in this page by those of the program. */
export function settingsPage(page: string): string {
  const sections = SETTINGS_SECTIONS.map(
    ({ title, settings }) =>
      `\n## ${title}\n\n| setting | default | accepts | description |\n|---|---|---|---|\n${settings.map(rowOf).join('')}`,
  );
  const renamed = SETTINGS.flatMap(({ name, aliases = [] }) =>
    aliases.map((alias) => `| \`${alias}\` | \`${name}\` |\n`),
  );
  const aliases = `\n## Earlier names\n\nEarlier names keep working, and the server logs a warning for each. Giving both names different values stops the\nstart.\n\n| earlier name | name |\n|---|---|\n${renamed.join('')}`;
  return page.replace(TABLES, (_match, head, foot) => `${head}${sections.join('')}${aliases}${foot}`);
}

function rowOf(setting: Setting): string {
  const { name, kind, defaultDoc, doc } = setting;
  const fallback = defaultOf(setting);
  const shown = defaultDoc !== undefined || fallback === '' ? fallback : `\`${fallback}\``;
  return `| \`${name}\` | ${shown} | ${kind.values} | ${doc} |\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(SETTINGS_PAGE, 'utf8');
  const written = settingsPage(page);
  if (written !== page) writeFileSync(SETTINGS_PAGE, written);
  process.stdout.write(`docs/reference/settings.md ${written === page ? 'is up to date' : 'was written'}\n`);
}
