import { defaultOf, SETTINGS_SECTIONS } from '../settings/settings.ts';
import type { ExitCode } from './output.ts';

/** `batchline settings`: prints all settings with their defaults, accepted values and meaning. */
export async function settingsCommand({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  console.log(json === true ? settingsJson() : settingsHelp());
  return 0;
}

function settingsJson(): string {
  return JSON.stringify(
    SETTINGS_SECTIONS.flatMap(({ title, settings }) =>
      settings.map((setting) => ({
        name: setting.name,
        default: plain(defaultOf(setting)),
        accepts: plain(setting.kind.values),
        doc: plain(setting.doc),
        aliases: setting.aliases ?? [],
        section: title,
      })),
    ),
  );
}

function settingsHelp(): string {
  return SETTINGS_SECTIONS.map(({ title, settings }) =>
    [
      `${title}:`,
      ...settings.map((setting) => {
        const fallback = plain(defaultOf(setting));
        const values = `Accepts ${plain(setting.kind.values)}${fallback === '' ? '' : `; default: ${fallback}`}.`;
        return `  ${setting.name}\n      ${plain(setting.doc)}\n      ${values}`;
      }),
    ].join('\n'),
  ).join('\n\n');
}

/** Removes the backquotes of Markdown. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
