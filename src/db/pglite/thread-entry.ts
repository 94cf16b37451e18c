import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DiskGuard, DurableFileSystem, durableStartParams } from './file-system.ts';
import {
  errorData,
  type FromPglite,
  type PgliteCall,
  type PgliteRows,
  type PgliteStart,
} from './messages.ts';
import { shareMemories } from './shared-memory.ts';

/** Addresses of two variables in PostgreSQL's memory. */
interface Interrupts {
  readonly _InterruptPending: number;
  readonly _QueryCancelPending: number;
}

const { folder, dataFolder } = workerData as PgliteStart;
const report: string[] = [];
let isOpen = false;

await open();

/** Runs PGlite, and answers the calls of `PgliteThread`. */
async function open(): Promise<void> {
  try {
    shareMemories();
    const fs = new DurableFileSystem(folder);
    const pglite = new PGlite({
      fs,
      startParams: durableStartParams(PGlite.defaultStartParams),
      onStdout: keep,
      onStderr: keep,
    });
    await pglite.waitReady;
    isOpen = true;
    const guard = new DiskGuard(pglite, dataFolder, fs);
    const { _InterruptPending, _QueryCancelPending } = pglite.Module as unknown as Interrupts;
    parentPort?.on('message', (call: PgliteCall) => {
      // PGlite runs them one after the other, so the responses are in order.
      void answer(pglite, guard, call)
        .then(
          (result): FromPglite => ({ kind: 'result', result, syncs: fs.syncs }),
          (error: unknown): FromPglite => ({ kind: 'error', error: errorData(error), syncs: fs.syncs }),
        )
        .then(tell);
    });
    const memory = fs.memory?.buffer as unknown as SharedArrayBuffer;
    tell({ kind: 'open', memory, interruptAt: _InterruptPending, cancelAt: _QueryCancelPending });
  } catch (error) {
    tell({ kind: 'failed', report, error: errorData(error) });
  }
}

async function answer(pglite: PGlite, guard: DiskGuard, call: PgliteCall): Promise<unknown> {
  switch (call.kind) {
    case 'query':
      return rowsOf(await pglite.query(call.text, [...call.values]));
    case 'exec':
      return (await pglite.exec(call.text)).map(rowsOf);
    case 'dump':
      await pglite.exec('checkpoint');
      return (await pglite.dumpDataDir('gzip')).arrayBuffer();
    case 'close':
      guard.stop();
      return pglite.close();
  }
}

/** The parts of a result that callers use. */
function rowsOf({ rows, affectedRows }: { rows: unknown[]; affectedRows?: number }): PgliteRows {
  return { rows, affectedRows };
}

/** Collects PostgreSQL's log while it starts, which explains damaged files. */
function keep(line: string): boolean {
  if (!isOpen) report.push(line);
  return true;
}

function tell(message: FromPglite): void {
  parentPort?.postMessage(message);
}
