import type { MessageData } from './message.ts';
import type { StoredState } from './task-state.ts';

/** The channels through which subscriptions send notifications. */
export const CHANNELS = ['Email', 'Webhook'] as const;
/** A channel of a subscription. */
export type Channel = (typeof CHANNELS)[number];

/**
 * The occasions that a subscription can report: `Ended`, each end of a task, including stops; `Failed`, a failure that is not a stop.
 */
export const OCCASIONS = ['Ended', 'Failed'] as const;
/** An occasion of a subscription. */
export type Occasion = (typeof OCCASIONS)[number];

/** Something that happened to a task. */
interface TaskNotice {
  readonly occasion: 'Ended' | 'Failed';
  readonly at: Date;
  readonly taskId: number;
  /** The definition's name. */
  readonly name: string;
  readonly ownerId: number;
  readonly tenant: string;
  readonly description: string;
  readonly state: StoredState;
  readonly stopped: boolean;
  /** The result, or the error of a failed task. */
  readonly result: string;
  /** The message of the result, to translate it; null for plain text. */
  readonly resultMessage: MessageData | null;
  /** Seconds that the last run took; null if it did not run. */
  readonly seconds: number | null;
}

/** One notification. */
export type Notice = TaskNotice;

/** Notifications that one delivery reports together. */
export interface Digest {
  readonly notices: readonly Notice[];
  /** Number of further ones that were counted only. */
  readonly more: number;
}

/** Maximum number of notifications that a digest has in full. */
export const MAX_NOTICES = 20;

/** Minimum seconds between two deliveries of a subscription. Notifications in between wait for the next one. */
export const DIGEST_SECONDS = 60;

/** Maximum length of a description or result in a notification, in characters. */
const MAX_TEXT_LENGTH = 1000;

/** Adds notifications to a digest. Those beyond `MAX_NOTICES` are only counted. */
export function addNotices(digest: Digest, added: readonly Notice[]): Digest {
  const room = Math.max(0, MAX_NOTICES - digest.notices.length);
  return {
    notices: [...digest.notices, ...added.slice(0, room)],
    more: digest.more + Math.max(0, added.length - room),
  };
}

/** Shortens a text for a notification. */
export function shortened(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= MAX_TEXT_LENGTH ? trimmed : `${trimmed.slice(0, MAX_TEXT_LENGTH).toWellFormed()}…`;
}

const ENDS: readonly (StoredState | null)[] = ['Succeeded', 'SucceededManualCleanup', 'Failed'];

/** Returns the occasions of a change of state; none if it does not end the task. */
export function occasionsOf(
  from: StoredState | null,
  to: StoredState,
  stopped: boolean,
): readonly Occasion[] {
  if (!ENDS.includes(to) || ENDS.includes(from)) return [];
  return to === 'Failed' && !stopped ? ['Ended', 'Failed'] : ['Ended'];
}

/** True for an address of e-mail of the common form, with a domain. */
export function isMailAddress(text: string): boolean {
  return (
    text.length <= 254 && /^[^\s@<>(),:;\\"[\]\p{Cc}]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(text)
  );
}

/** True if mail to this address is allowed. `*` allows every domain. */
export function isAllowedDomain(address: string, domains: readonly string[]): boolean {
  const domain = domainOf(address);
  return domains.some((allowed) => allowed === '*' || allowed.toLowerCase() === domain);
}

/** Returns the domain of an address of e-mail in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
