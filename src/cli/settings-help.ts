import { SETTINGS } from '../config.ts';
import type { ExitCode } from './exit-codes.ts';

/** `batchline settings`: every setting, its default and its meaning. */
export async function settingsCommand({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  console.log(json === true ? JSON.stringify(SETTINGS) : settingsHelp());
  return 0;
}

function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map((setting) => setting.name.length));
  return SETTINGS.map(
    ({ name, fallback, meaning }) =>
      `${name.padEnd(width)}  ${meaning}${fallback === '' ? '' : ` (default: ${fallback})`}`,
  ).join('\n');
}
