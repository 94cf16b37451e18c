import type { Caller } from './access.ts';

/** The kinds of objects whose administration is recorded. */
export const AUDITED_KINDS = [
  'User',
  'Token',
  'Application',
  'Webhook',
  'Subscription',
  'Schedule',
  'Definition',
] as const;
/** A kind of object whose administration is recorded. */
export type AuditedKind = (typeof AUDITED_KINDS)[number];

/** The recorded actions. */
export const AUDITED_ACTIONS = [
  'Create',
  'Change',
  'Delete',
  'Pause',
  'Resume',
  'Limits',
  'Retention',
  'PasswordLink',
] as const;
/** A recorded action. */
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/**
 * The means of an action: a sign-in, an API token, a link to set a password, the command line of an operator, or the server
 * itself.
 */
export const AUDITED_MEANS = ['SignIn', 'Token', 'Link', 'CommandLine', 'Server'] as const;

/** The author of an action. */
export interface Actor {
  /** 0 for an operator and for the server. */
  readonly associateId: number;
  readonly login: string;
  readonly means: (typeof AUDITED_MEANS)[number];
}

/** An operator, who has access to the database or its folder. */
export const OPERATOR: Actor = { associateId: 0, login: '', means: 'CommandLine' };
/** The server. */
export const SERVER: Actor = { associateId: 0, login: '', means: 'Server' };

/** Returns the author of the actions of a caller. */
export function actorOf({ associateId, login, token }: Caller): Actor {
  return { associateId, login, means: token === undefined ? 'SignIn' : 'Token' };
}

/** A changed property, as text. A confidential property has neither value. */
export interface PropertyChange {
  readonly property: string;
  /** null if it was not set. */
  readonly from: string | null;
  readonly to: string | null;
}

/** An administrative action on an object. */
export interface AdministrationChange {
  readonly kind: AuditedKind;
  readonly action: AuditedAction;
  /** null for objects that only have a name. */
  readonly objectId: number | null;
  readonly objectName: string;
  /** The tenant whose administrators can see the record; null for administrators of the server only. */
  readonly tenant: string | null;
  readonly changes: readonly PropertyChange[];
}

/** Properties by their name on the wire. */
export type Properties = Readonly<Record<string, unknown>>;

/** Maximum length of a value, in characters. */
const MAX_VALUE_LENGTH = 500;

/** Returns the properties that differ. An object that was created has no properties before, and a deleted one none after. */
export function changesBetween(before: Properties, after: Properties): PropertyChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((property) => ({ property, from: textOf(before[property]), to: textOf(after[property]) }))
    .filter(({ from, to }) => (from ?? '') !== (to ?? ''));
}

/** The change of a confidential property, such as a password: only that it changed. */
export function hiddenChange(property: string): PropertyChange {
  return { property, from: null, to: null };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const isList = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  const text = isList
    ? value.join(', ')
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const stored = text.replaceAll('\0', '\uFFFD').toWellFormed();
  return stored.length > MAX_VALUE_LENGTH ? `${stored.slice(0, MAX_VALUE_LENGTH)}…`.toWellFormed() : stored;
}
