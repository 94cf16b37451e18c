import { useEffect, useEffectEvent } from 'react';
import { session } from './api/session.ts';

/** How long changes are gathered before they are told, in milliseconds. */
const GATHERING = 300;
/** How often it is told anyway: for what no event tells, and while there is no stream. */
const IDLE = 15_000;
const WITHOUT_STREAM = 1000;

const listeners = new Set<() => void>();
let stream: EventSource | undefined;
let gathering: ReturnType<typeof setTimeout> | undefined;
let leaveSession: (() => void) | undefined;
let ticking: ReturnType<typeof setInterval> | undefined;

/**
 * Tells when tasks may have changed: the one place that knows how the page learns of it. That is the stream of events
 * of whoever is signed in; where there is none, because it is not known who that is or the server does not answer, it
 * is told every second. While the page can't be seen, or asks for a password, nothing is told, and no connection is held.
 *
 * @returns ends it
 */
export function onTaskChanges(listener: () => void): () => void {
  if (listeners.size === 0) begin();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) end();
  };
}

function begin(): void {
  document.addEventListener('visibilitychange', follow);
  leaveSession = session.subscribe(follow);
  follow();
}

function end(): void {
  document.removeEventListener('visibilitychange', follow);
  leaveSession?.();
  close();
}

/** Follows the stream while the page can be seen. What was missed meanwhile is asked for at once. */
function follow(): void {
  close();
  if (!isFollowing()) return;
  let told = 0;
  ticking = setInterval(() => {
    told += WITHOUT_STREAM;
    if (stream?.readyState === EventSource.OPEN && told < IDLE) return;
    told = 0;
    // A stream that was refused does not come back by itself, as after a session that has ended.
    if (stream?.readyState === EventSource.CLOSED) open();
    tell();
  }, WITHOUT_STREAM);
  open();
  tell();
}

const isFollowing = (): boolean => document.visibilityState === 'visible' && session.get() !== null;

function open(): void {
  stream?.close();
  if (session.get() === undefined) return;
  stream = new EventSource('/api/v1/Events');
  // A stream begins with its opening: what happened before is asked for.
  stream.onopen = gather;
  for (const type of ['state', 'progress']) stream.addEventListener(type, gather);
}

function close(): void {
  stream?.close();
  stream = undefined;
  clearInterval(ticking);
  clearTimeout(gathering);
  gathering = undefined;
}

function gather(): void {
  gathering ??= setTimeout(() => {
    gathering = undefined;
    tell();
  }, GATHERING);
}

function tell(): void {
  for (const each of listeners) each();
}

/**
 * Refreshes what is shown when tasks may have changed. One refresh at a time; one that is asked for meanwhile follows,
 * after a pause of what the last one took, so that a slow answer does not load the server all the time.
 *
 * @param every milliseconds after which it is refreshed anyway: for what no event tells
 */
export function useLive(refresh: () => Promise<unknown>, every?: number): void {
  const current = useEffectEvent(refresh);
  useEffect(() => {
    let state: 'idle' | 'busy' | 'again' = 'idle';
    let pause: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const run = (): void => {
      state = 'busy';
      const began = performance.now();
      current()
        .catch(() => undefined) // The call has told why; the next one tries again.
        .finally(() => {
          if (isOver) return;
          pause = setTimeout(() => {
            if (state === 'again') run();
            else state = 'idle';
          }, performance.now() - began);
        });
    };
    const ask = (): void => {
      if (state === 'idle') run();
      else state = 'again';
    };
    const leave = onTaskChanges(ask);
    const timer = every === undefined ? undefined : setInterval(() => isFollowing() && ask(), every);
    return () => {
      isOver = true;
      clearTimeout(pause);
      clearInterval(timer);
      leave();
    };
  }, [every]);
}
