import { useEffect, useEffectEvent } from 'react';
import { session } from './api/session.ts';

/** Delay for collecting events before listeners are called, in milliseconds. */
const GATHERING = 300;
/** The polling intervals with a stream, for changes without an event, and without one. */
const IDLE = 15_000;
const WITHOUT_STREAM = 1000;

const listeners = new Set<() => void>();
let stream: EventSource | undefined;
let gathering: ReturnType<typeof setTimeout> | undefined;
let leaveSession: (() => void) | undefined;
let ticking: ReturnType<typeof setInterval> | undefined;

/**
 * Calls a listener when tasks may have changed: on events of the user's stream, or every second without a stream. While
 * the page is hidden or asks for a password, it calls nothing and holds no connection.
 *
 * @returns unsubscribes
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

/** Follows the stream while the page is visible, and catches up at once. */
function follow(): void {
  close();
  if (!isFollowing()) return;
  let told = 0;
  ticking = setInterval(() => {
    told += WITHOUT_STREAM;
    if (stream?.readyState === EventSource.OPEN && told < IDLE) return;
    told = 0;
    // A refused stream, as after an expired session, doesn't reconnect by itself.
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
  // A stream has no past events, so catch up.
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
 * Refreshes a view when tasks may have changed. Refreshes never overlap; after each there is a pause of the same length,
 * so that slow responses don't keep the server busy.
 *
 * @param every an additional interval in milliseconds, for changes without an event
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
        .catch(() => undefined) // The view shows the error; the next refresh retries.
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
