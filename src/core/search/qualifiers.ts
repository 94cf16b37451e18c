import { LISTED_STATES, type ListedState } from '../odata/listed-state.ts';
import { parseState } from '../task-state.ts';

/** The kind of a qualifier's values. */
export type QualifierKind = 'text' | 'state' | 'owner' | 'number' | 'date' | 'flag' | 'waits';

/** All qualifiers of a search, in the order of suggestions. */
export const QUALIFIERS = {
  definition: 'text',
  state: 'state',
  owner: 'owner',
  created: 'date',
  started: 'date',
  updated: 'date',
  due: 'date',
  waits: 'waits',
  stopped: 'flag',
  priority: 'number',
  attempts: 'number',
  id: 'number',
  parent: 'number',
  schedule: 'number',
  tenant: 'text',
} as const satisfies Record<string, QualifierKind>;

/** The name of a qualifier. */
export type QualifierName = keyof typeof QUALIFIERS;

/** The names of all qualifiers. */
export const QUALIFIER_NAMES = Object.keys(QUALIFIERS) as QualifierName[];

/** Other names of qualifiers. */
const ALIASES: Readonly<Record<string, QualifierName>> = { name: 'definition' };

/** Returns the qualifier with this name, in any casing; `undefined` if there is none. */
export function findQualifier(name: string): QualifierName | undefined {
  const key = name.toLowerCase();
  return (
    QUALIFIER_NAMES.find((each) => each === key) ?? (Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined)
  );
}

/** Values of `state:` for several states. */
const STATE_GROUPS = {
  waiting: ['New'],
  running: ['Aquired', 'Started'],
  ended: ['Succeeded', 'Failed', 'Stopped', 'SucceededManualCleanup'],
} as const satisfies Record<string, readonly ListedState[]>;

/** The suggested values of `state:`. */
export const STATE_WORDS: readonly string[] = [
  ...LISTED_STATES.map((state) => state.toLowerCase()),
  ...Object.keys(STATE_GROUPS),
];

/** Returns the states that a value of `state:` names, in any casing; `undefined` if none. */
export function statesOf(word: string): readonly ListedState[] | undefined {
  const key = word.toLowerCase();
  if (Object.hasOwn(STATE_GROUPS, key)) return STATE_GROUPS[key as keyof typeof STATE_GROUPS];
  if (key === 'stopped') return ['Stopped'];
  const state = parseState(word);
  return state === undefined || state === 'All' || state === 'Unknown' ? undefined : [state];
}

/** The values of `waits:`, and the corresponding values of the column `waitsFor`. */
export const WAITS: Readonly<Record<string, string>> = {
  start: 'DelayedStart',
  retry: 'Backoff',
  children: 'Children',
  paused: 'DefinitionPaused',
  worker: 'NoWorker',
  queue: 'Queue',
};

/** Returns the value of `waitsFor` that a value of `waits:` names, in any casing; `undefined` if none. */
export function waitOf(word: string): string | undefined {
  const key = word.toLowerCase();
  if (Object.hasOwn(WAITS, key)) return WAITS[key];
  return Object.values(WAITS).find((each) => each.toLowerCase() === key);
}

/** Periods in which a date can be. */
export const PERIOD_WORDS = [
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
] as const;

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

/** Returns the value of a flag, in any casing; `undefined` if it is not one. */
export function flagOf(word: string): boolean | undefined {
  return FLAGS.get(word.toLowerCase());
}
