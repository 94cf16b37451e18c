import { useEffect, useEffectEvent } from 'react';

/** How often the page asks what has changed, in milliseconds. */
const INTERVAL = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Tells when tasks may have changed: the one place that knows how the page learns of it. It asks every second while
 * it can be seen.
 *
 * @returns ends it
 */
export function onTaskChanges(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.visibilityState !== 'visible') return;
    for (const each of listeners) each();
  }, INTERVAL);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * Refreshes what is shown when tasks may have changed. One refresh at a time, and pauses of three times what it took,
 * so that a slow answer does not load the server all the time.
 */
export function useLive(refresh: () => Promise<unknown>): void {
  const current = useEffectEvent(refresh);
  useEffect(() => {
    let busy = false;
    let notBefore = 0;
    return onTaskChanges(() => {
      if (busy || performance.now() < notBefore) return;
      busy = true;
      const began = performance.now();
      current()
        .catch(() => undefined) // The call has told why; the next one tries again.
        .finally(() => {
          const end = performance.now();
          busy = false;
          notBefore = end + (end - began > INTERVAL / 2 ? 3 * (end - began) : 0);
        });
    });
  }, []);
}
