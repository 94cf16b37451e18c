import { SETTINGS } from '../config.ts';

/** Every setting with its default and its meaning, as text. */
export function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map((setting) => setting.name.length));
  return SETTINGS.map(
    ({ name, fallback, meaning }) =>
      `${name.padEnd(width)}  ${meaning}${fallback === '' ? '' : ` (default: ${fallback})`}`,
  ).join('\n');
}
