import type { ChildCounts } from './children.ts';
import type { DefinitionLimits } from './limits.ts';
import { type Message, type MessageData, message } from './message.ts';
import { hasEnded, isActive, type StoredState } from './task-state.ts';

/** Reasons why a task does not run yet, the one that must end first in front; then those of tasks that wait for nothing. */
export const WAIT_REASONS = [
  'DelayedStart',
  'Backoff',
  'Children',
  'DefinitionPaused',
  'NoWorker',
  'Limit',
  'Queue',
  'Due',
  'Running',
  'Ended',
] as const;

/** The limits of a definition that can hold up a task. */
export const LIMIT_NAMES = ['Concurrent', 'PerTenant', 'Rate'] as const;

/** A limit and its current use. */
export interface LimitUse {
  readonly limit: (typeof LIMIT_NAMES)[number];
  readonly value: number;
  readonly use: number;
  /** The period of a rate; null for other limits. */
  readonly seconds: number | null;
  /** Seconds until a rate that is used up allows another start; null if it depends on the end of a run. */
  readonly freeInSeconds: number | null;
}

/** The pause of a definition. */
interface DefinitionPause {
  /** The associate; 0 is the server. */
  readonly by: number;
  /** The name of the associate; null if the account no longer exists. */
  readonly byName: string | null;
  readonly at: Date;
  /** The reason of the server; null if an administrator paused it. */
  readonly reason: MessageData | null;
}

/** One reason why a task does not run. */
export type Wait =
  | { readonly reason: 'DelayedStart'; readonly until: Date }
  | {
      readonly reason: 'Backoff';
      readonly until: Date;
      readonly attempt: number;
      /** The first line of the error, or why the attempt ended without one; null if it is not recorded. */
      readonly error: string | MessageData | null;
    }
  | ({ readonly reason: 'Children' } & ChildCounts)
  | ({ readonly reason: 'DefinitionPaused' } & { readonly pause: DefinitionPause })
  | { readonly reason: 'NoWorker'; readonly lastSeen: Date | null }
  | ({ readonly reason: 'Limit' } & LimitUse)
  | {
      readonly reason: 'Queue';
      readonly ahead: number;
      /** True if more than `ahead` tasks are ahead. */
      readonly isMore: boolean;
      /** When it starts at the recent throughput; null if unknown. */
      readonly startsAt: Date | null;
      readonly estimateSeconds: number | null;
    }
  | { readonly reason: 'Due' | 'Running' | 'Ended' };

/** A task with everything that decides when it runs. */
export interface WaitFacts {
  readonly state: StoredState;
  /** The time of the database. */
  readonly now: Date;
  /** Due time of the next run, while the task is New. */
  readonly runAfter: Date;
  /** The last attempt since the task was started or restarted, if it failed or was lost; null otherwise. */
  readonly lastFailure: { readonly attempt: number; readonly error: string | MessageData | null } | null;
  /** Of a parent whose run has ended to wait: the counts of its children; null for other tasks. */
  readonly awaitedChildren: ChildCounts | null;
  readonly pause: DefinitionPause | null;
  /** Workers that run the definition for the tenant of the task. */
  readonly worker: { readonly isLive: boolean; readonly lastSeen: Date | null };
  /** The limits of the definition; empty unless the task is due. */
  readonly limits: readonly LimitUse[];
  /** Due tasks of the definition that are claimed before this one, counted up to `MAX_AHEAD` + 1; 0 unless it is due. */
  readonly ahead: number;
  /** Ends of tasks of the definition a second, recently; null if unknown. */
  readonly throughput: number | null;
}

/** The tasks ahead are counted up to this number. */
export const MAX_AHEAD = 10_000;

/** Fewer recent ends than this are no basis for an estimate. */
const MIN_ENDS = 3;

/** Returns the throughput in tasks a second from the number of recent ends and the seconds since the first of them. */
export function throughputOf(ends: number, seconds: number): number | null {
  return ends < MIN_ENDS || seconds <= 0 ? null : ends / seconds;
}

/** Returns when a task is due; null if it is due now, is running or has ended. */
export function dueAt({ state, now, runAfter }: Pick<WaitFacts, 'state' | 'now' | 'runAfter'>): Date | null {
  return state === 'New' && runAfter > now ? runAfter : null;
}

/**
 * Decides why a task does not run. The reason that must end first is in front. There is always at least one; `Due`,
 * `Running` and `Ended` are alone. Limits and the queue matter only for a task that is due.
 */
export function waitsOf(facts: WaitFacts): readonly Wait[] {
  const { state, awaitedChildren, lastFailure, pause, worker, limits, ahead } = facts;
  if (hasEnded(state)) return [{ reason: 'Ended' }];
  if (isActive(state) && awaitedChildren === null) return [{ reason: 'Running' }];
  const until = dueAt(facts);
  const children = awaitedChildren !== null && awaitedChildren.ended < awaitedChildren.total;
  const waits: Wait[] = [];
  if (until !== null)
    waits.push(
      lastFailure === null ? { reason: 'DelayedStart', until } : { reason: 'Backoff', until, ...lastFailure },
    );
  if (children) waits.push({ reason: 'Children', ...awaitedChildren });
  if (pause !== null) waits.push({ reason: 'DefinitionPaused', pause });
  if (!worker.isLive) waits.push({ reason: 'NoWorker', lastSeen: worker.lastSeen });
  if (until !== null || children) return waits;
  const canStart = waits.length === 0;
  for (const limit of limits) if (limit.use >= limit.value) waits.push({ reason: 'Limit', ...limit });
  if (ahead > 0) waits.push({ reason: 'Queue', ...positionOf(facts, canStart) });
  return waits.length === 0 ? [{ reason: 'Due' }] : waits;
}

function positionOf({ ahead, throughput, now }: WaitFacts, canStart: boolean) {
  const isMore = ahead > MAX_AHEAD;
  const isKnown = canStart && !isMore && throughput !== null && throughput > 0;
  const estimateSeconds = isKnown ? Math.ceil((ahead + 1) / throughput) : null;
  const startsAt = estimateSeconds === null ? null : new Date(now.getTime() + estimateSeconds * 1000);
  return { ahead: Math.min(ahead, MAX_AHEAD), isMore, estimateSeconds, startsAt };
}

/** Returns the use of each limit that applies to a task. */
export function limitUses(
  { concurrent, perTenant, rate }: DefinitionLimits,
  use: {
    /** Runs of the definition in progress, of all tenants and of the task's. */
    readonly running: number;
    readonly runningOfTenant: number;
    /** Runs that started in the period of the rate, and the seconds until the oldest of them no longer counts. */
    readonly started: number;
    readonly oldestExpiresIn: number;
  },
): LimitUse[] {
  const plain = { seconds: null, freeInSeconds: null };
  return [
    ...(concurrent === undefined
      ? []
      : [{ limit: 'Concurrent' as const, value: concurrent, use: use.running, ...plain }]),
    ...(perTenant === undefined
      ? []
      : [{ limit: 'PerTenant' as const, value: perTenant, use: use.runningOfTenant, ...plain }]),
    ...(rate === undefined
      ? []
      : [
          {
            limit: 'Rate' as const,
            value: rate.runs,
            use: use.started,
            seconds: rate.seconds,
            freeInSeconds: use.started < rate.runs ? 0 : use.oldestExpiresIn,
          },
        ]),
  ];
}

/** Describes a reason in a sentence. */
export function describeWait(wait: Wait): Message {
  switch (wait.reason) {
    case 'DelayedStart':
      return message`Its start is delayed until ${wait.until}.`;
    case 'Backoff':
      return wait.error === null
        ? message`The next attempt is due at ${wait.until}.`
        : message`The next attempt is due at ${wait.until}. Attempt ${wait.attempt} failed: ${wait.error}`;
    case 'Children':
      return message`${wait.ended} of ${wait.total} children have ended.`;
    case 'DefinitionPaused':
      return describePause(wait.pause);
    case 'NoWorker':
      return wait.lastSeen === null
        ? message`No worker runs its definition.`
        : message`No worker runs its definition; one was last seen at ${wait.lastSeen}.`;
    case 'Limit':
      return describeLimit(wait);
    case 'Queue':
      if (wait.isMore) return message`More than ${wait.ahead} tasks of its definition start first.`;
      return wait.startsAt === null
        ? message`Tasks of its definition that start first: ${wait.ahead}.`
        : message`Tasks of its definition that start first: ${wait.ahead}. It starts at about ${wait.startsAt}.`;
    case 'Due':
      return message`It starts as soon as a worker is free.`;
    case 'Running':
      return message`It is running.`;
    case 'Ended':
      return message`It has ended.`;
  }
}

function describePause({ at, byName, reason }: DefinitionPause): Message {
  if (reason !== null) return message`The server paused its definition at ${at}: ${reason}`;
  return byName === null
    ? message`Its definition was paused at ${at}.`
    : message`Its definition was paused by ${byName} at ${at}.`;
}

function describeLimit({ limit, value, use, seconds }: LimitUse): Message {
  switch (limit) {
    case 'Concurrent':
      return message`Its definition is limited to ${value} concurrent runs, and ${use} are in progress.`;
    case 'PerTenant':
      return message`Its definition is limited to ${value} concurrent runs per tenant, and ${use} are in progress.`;
    case 'Rate':
      return message`Its definition is limited to ${value} starts in ${seconds ?? 0} s, and ${use} runs have started.`;
  }
}
