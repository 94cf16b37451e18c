import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/** What every Node.js process tells of itself, under its usual names (`process_…`, `nodejs_…`): one a process. */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
