import type { MessageData } from './message.ts';
import type { StoredState } from './task-state.ts';

/** The channels through which subscriptions send notifications. */
export const CHANNELS = ['Email', 'Slack', 'Teams', 'Webhook'] as const;
/** A channel of a subscription. */
export type Channel = (typeof CHANNELS)[number];

/**
 * The occasions that a subscription can report: `Ended`, each end of a task, including stops; `Failed`, a failure that is
 * not a stop; `Late`, a task that runs or waits for longer than a limit; `FailureRate`, a definition that fails more than
 * usual; `ScheduleMissed`, a due time of a schedule for which no task was started.
 */
export const OCCASIONS = ['Ended', 'Failed', 'Late', 'FailureRate', 'ScheduleMissed'] as const;
/** An occasion of a subscription. */
export type Occasion = (typeof OCCASIONS)[number];

/** The common properties of notifications. */
interface NoticeBase {
  readonly at: Date;
  /** The definition's name. */
  readonly name: string;
}

/** Something that happened to a task. */
export interface TaskNotice extends NoticeBase {
  readonly occasion: 'Ended' | 'Failed' | 'Late';
  readonly taskId: number;
  readonly ownerId: number;
  readonly tenant: string;
  readonly description: string;
  readonly state: StoredState;
  readonly stopped: boolean;
  /** The result, or the error of a failed task; the progress of a late one. */
  readonly result: string;
  /** The message of the result, to translate it; null for plain text. */
  readonly resultMessage: MessageData | null;
  /** Seconds that the last run took, or that a late task has run or waited; null if it did not run. */
  readonly seconds: number | null;
}

/** A definition fails more than usual. */
export interface RateNotice extends NoticeBase {
  readonly occasion: 'FailureRate';
  /** The tenant whose tasks were counted; null for all. */
  readonly tenant: string | null;
  readonly failed: number;
  readonly ended: number;
  readonly minutes: number;
  /** The usual share of failures, from 0 to 1; null if it is not known. */
  readonly usual: number | null;
}

/** A schedule did not start a task. */
export interface ScheduleNotice extends NoticeBase {
  readonly occasion: 'ScheduleMissed';
  readonly scheduleId: number;
  readonly schedule: string;
  readonly ownerId: number;
  readonly tenant: string;
  /** The due time, as ISO 8601. */
  readonly due: string;
  readonly reason: MessageData;
}

/** One notification. */
export type Notice = TaskNotice | RateNotice | ScheduleNotice;

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

/**
 * Adds notifications to a digest. Those beyond `MAX_NOTICES` are only counted.
 *
 * @param more number of further ones
 */
export function addNotices(digest: Digest, added: readonly Notice[], more = 0): Digest {
  const room = Math.max(0, MAX_NOTICES - digest.notices.length);
  return {
    notices: [...digest.notices, ...added.slice(0, room)],
    more: digest.more + more + Math.max(0, added.length - room),
  };
}

/** Numbers of tasks of a definition that ended, without stops. */
export interface EndCount {
  readonly failed: number;
  readonly ended: number;
}

/** Minimum numbers for a failure rate that means something. */
const MIN_FAILED = 3;
const MIN_ENDED = 5;
const MIN_USUAL = 20;

/** Returns the share of failures, from 0 to 1; null after too few ends to call it usual. */
export function usualRate({ failed, ended }: EndCount): number | null {
  return ended < MIN_USUAL ? null : failed / ended;
}

/**
 * True if a definition fails more than usual. At least 3 of at least 5 tasks must have failed.
 *
 * @param recent the ends within the window
 * @param usual the usual rate; null counts as 0
 * @param percent the threshold; null for twice the usual rate, and at least ten percentage points above it
 */
export function failsMoreThanUsual(recent: EndCount, usual: number | null, percent: number | null): boolean {
  const { failed, ended } = recent;
  if (failed < MIN_FAILED || ended < MIN_ENDED) return false;
  const rate = usual ?? 0;
  // A rate of one half or more can't double.
  const unusual = Math.min(Math.max(2 * rate, rate + 0.1), (1 + rate) / 2);
  const threshold = percent === null ? unusual : percent / 100;
  return failed / ended >= threshold;
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

/**
 * Masks an address for display. The URL of a chat's webhook is a secret: it is enough to write there.
 */
export function shownTarget(channel: Channel, target: string): string {
  if (channel !== 'Slack' && channel !== 'Teams') return target;
  return `${new URL(target).origin}/…${target.slice(-4)}`;
}
