import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Rejected, type Setting, type ValueOf, type ValuesOf } from './kinds.ts';
import { MAIL } from './mail-settings.ts';
import { CELLS, CLIENT, DATABASE, HTTP, MONITORING, SERVER } from './server-settings.ts';
import { ADMINISTRATOR, OIDC, SIGN_IN } from './sign-in-settings.ts';
import { EVENTS, FILES, RETENTION, TASKS, WEBHOOKS } from './task-settings.ts';

/** Settings of one subject. */
export interface SettingsSection {
  readonly title: string;
  readonly settings: readonly Setting[];
}

/** Every setting by subject, in the order of the help text and the documentation. */
export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  section('Server', SERVER),
  section('Database', DATABASE),
  section('Tasks', TASKS),
  section('Files', FILES),
  section('Retention', RETENTION),
  section('Sign-in', ADMINISTRATOR, SIGN_IN),
  section('OpenID Connect', OIDC),
  section('HTTP', HTTP),
  section('Events and webhooks', EVENTS, WEBHOOKS),
  section('Cells', CELLS),
  section('Notifications', MAIL),
  section('Monitoring', MONITORING),
  section('Workers and the command line', CLIENT),
];

/** Every setting. */
export const SETTINGS: readonly Setting[] = SETTINGS_SECTIONS.flatMap(({ settings }) => settings);

/** Returns the default of a setting as the documentation shows it: empty if there is none. */
export function defaultOf({ default: text = '', defaultDoc }: Setting): string {
  return defaultDoc ?? text;
}

function section(title: string, ...groups: readonly Readonly<Record<string, Setting>>[]): SettingsSection {
  return { title, settings: groups.flatMap((group) => Object.values(group)) };
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that was given under an earlier name. */
export interface RenamedSetting {
  readonly alias: string;
  readonly name: string;
}

/** The text of a setting, and where it was set. */
interface Given {
  readonly text: string;
  /** Name and location for error messages: `PORT`, or `PORT in settings.env:3`. */
  readonly where: string;
}

/** Looks up one variable in the environment or in a file. */
type Source = (name: string) => Given | undefined;

/** Reads the declared settings and collects all problems, so that they are reported together. */
export class SettingsReader {
  readonly problems: string[] = [];
  readonly renamed: RenamedSetting[] = [];
  readonly #sources: readonly Source[];

  /** @param file path of the settings file; environment variables take precedence over it */
  constructor(env: Environment, file: string | undefined) {
    this.#sources = [environmentSource(env), ...(file === undefined ? [] : [fileSource(file)])];
  }

  /** Returns the value of every setting of a group. An invalid setting is reported and has its default. */
  group<G extends Readonly<Record<string, Setting>>>(settings: G): ValuesOf<G> {
    return Object.fromEntries(
      Object.entries(settings).map(([key, setting]) => [key, this.value(setting)]),
    ) as ValuesOf<G>;
  }

  /** Returns the value of a setting; its default if it is not set or invalid, or `undefined` without a default. */
  value<S extends Setting>(setting: S): ValueOf<S> {
    const given = this.#find(setting);
    if (given !== undefined) {
      try {
        return setting.kind.parse(given.text) as ValueOf<S>;
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        this.problems.push(`${given.where}${error.message}`);
      }
    }
    const fallback = setting.default === undefined ? undefined : setting.kind.parse(setting.default);
    return fallback as ValueOf<S>;
  }

  /** Returns the text of a variable that is not a setting of Batchline, such as AWS_REGION. */
  foreign(name: string): string | undefined {
    return this.#sources.map((source) => source(name)).find((given) => given !== undefined)?.text;
  }

  /** Reports a problem with several settings. */
  refuse(problem: string): void {
    this.problems.push(problem);
  }

  /** Looks up a setting by its name and aliases, first in the environment, then in the file. */
  #find({ name, aliases = [] }: Setting): Given | undefined {
    for (const source of this.#sources) {
      const given = source(name);
      const old = aliases.flatMap((alias) => {
        const found = source(alias);
        return found === undefined ? [] : [{ ...found, alias }];
      });
      for (const { alias, where, text } of old) {
        this.renamed.push({ alias, name });
        if (given !== undefined && given.text !== text)
          this.problems.push(
            `${given.where} and its earlier name ${where} have different values; ${name} alone is accepted.`,
          );
      }
      const found = given ?? old[0];
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function environmentSource(env: Environment): Source {
  return (name) => {
    const text = env[name]?.trim();
    return text === undefined || text === '' ? undefined : { text, where: name };
  };
}

/** Reads a settings file of `KEY=value` lines and `#` comments. An empty value unsets the setting. */
function fileSource(path: string): Source {
  const settings = new Map<string, Given>();
  for (const [index, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    const [, name, text] = /^\s*([A-Z_][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || text === undefined) continue;
    if (text === '') settings.delete(name);
    else settings.set(name, { text, where: `${name} in ${basename(path)}:${index + 1}` });
  }
  return (name) => settings.get(name);
}
