import { asRun, asServer } from '../store/run-connections.ts';
import { inFaultScope, leaveFaultScope } from '../workers/run-faults.ts';
import type { Run } from './run.ts';

/**
 * Executes the code of a run, and ours that it calls: the errors that it lets escape are the run's, and the connections
 * that it takes come from the share of runs.
 */
export function insideRun<T>(run: Run, work: () => T): T {
  return asRun({ definition: run.task.name }, () => inFaultScope(run, work));
}

/**
 * Executes our own code that a run has called and that goes on beside it: a timer, or what listeners do. Without this
 * a claim that a run has woken would use the connections of runs, and its errors would fail the run.
 */
export function outsideRun<T>(work: () => T): T {
  return asServer(() => leaveFaultScope(work));
}
