import type { FaultKind } from '../core/meters.ts';
import { changeScope, currentScope, type FaultTarget } from '../core/run-scope.ts';

/** Receives an error that belongs to no run. */
export type StrayFault = (kind: FaultKind, error: unknown) => void;

/** Runs code of a run, so that errors that escape from it, now or later, are attributed to the run. */
export function inFaultScope<T>(target: FaultTarget, work: () => T): T {
  return changeScope({ faults: target }, work);
}

const strays: StrayFault[] = [];

/**
 * Prevents runs from ending this process: their unhandled rejections and uncaught exceptions go to the run, and a run that
 * calls `process.exit`, `process.abort` or kills its own process gets an error instead. May be called several times; the
 * process is restored when all calls have been undone.
 *
 * @param onStray receives errors of no run; by default they end the process as in Node.js, unless others listen
 * @returns a function that undoes the call
 */
export function catchRunFaults(onStray: StrayFault = endAsByDefault): () => void {
  strays.push(onStray);
  if (strays.length === 1) install();
  return () => {
    const index = strays.indexOf(onStray);
    if (index === -1) return;
    strays.splice(index, 1);
    if (strays.length === 0) uninstall();
  };
}

const onRejection = (error: unknown): void => deliver('unhandled rejection', error);
const onException = (error: unknown): void => deliver('uncaught exception', error);

function deliver(kind: FaultKind, error: unknown): void {
  const target = currentScope().faults;
  if (target !== undefined) target.fault(kind, error);
  else strays.at(-1)?.(kind, error);
}

/** Ends the process as Node.js does by default. */
function endAsByDefault(_: FaultKind, error: unknown): void {
  const others = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection') - 2;
  if (others > 0) return;
  uninstall();
  setImmediate(() => {
    throw error;
  });
}

type ProcessEnds = Pick<typeof process, 'exit' | 'abort' | 'kill'>;
let own: ProcessEnds | undefined;

function install(): void {
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  const { exit, abort, kill } = process;
  own = { exit, abort, kill };
  process.exit = (code) => {
    refuseInRun(`process.exit(${code ?? ''})`);
    return exit.call(process, code);
  };
  process.abort = () => {
    refuseInRun('process.abort()');
    return abort.call(process);
  };
  process.kill = (pid, signal) => {
    if (pid === process.pid && signal !== 0) refuseInRun(`process.kill(${pid})`);
    return kill.call(process, pid, signal);
  };
}

function uninstall(): void {
  process.off('unhandledRejection', onRejection);
  process.off('uncaughtException', onException);
  if (own !== undefined) Object.assign(process, own);
  own = undefined;
}

function refuseInRun(call: string): void {
  if (currentScope().faults === undefined) return;
  throw new Error(`A run called ${call}; throw an error instead, because other runs share the process.`);
}
