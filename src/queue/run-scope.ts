import { asRun, asServer } from '../db/run-connections.ts';
import { inFaultScope, leaveFaultScope } from '../sdk/run-faults.ts';
import type { Run } from './run.ts';

/**
 * Executes the code of a run, including ours that it calls: errors that escape are attributed to the run, and its
 * connections come from the share of runs.
 */
export function insideRun<T>(run: Run, work: () => T): T {
  return asRun({ definition: run.task.name }, () => inFaultScope(run, work));
}

/**
 * Executes our own code that a run has triggered but that is not part of it: a timer, or event listeners. Without this
 * a claim that a run wakes would use the connections of runs, and its errors would fail the run.
 */
export function outsideRun<T>(work: () => T): T {
  return asServer(() => leaveFaultScope(work));
}
