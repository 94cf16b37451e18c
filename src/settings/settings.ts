import { DATABASE } from './database-settings.ts';
import type { Setting } from './kinds.ts';
import { CLIENT, HTTP, MONITORING, SERVER } from './server-settings.ts';
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
