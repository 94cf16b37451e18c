import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DiskGuard } from './disk-guard.ts';
import { DurableFileSystem, durableStartParams } from './durable-file-system.ts';
import {
  errorData,
  type FromPglite,
  type PgliteCall,
  type PgliteRows,
  type PgliteStart,
} from './pglite-messages.ts';
import { shareMemories } from './shared-memory.ts';

/** Where two variables of PostgreSQL are in its memory. */
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
      // PGlite does them one after the other, and so they are answered.
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

/** Nothing else is asked of the results. */
function rowsOf({ rows, affectedRows }: { rows: unknown[]; affectedRows?: number }): PgliteRows {
  return { rows, affectedRows };
}

/** Keeps what PostgreSQL logs while it starts: it says what is wrong with the files. */
function keep(line: string): boolean {
  if (!isOpen) report.push(line);
  return true;
}

function tell(message: FromPglite): void {
  parentPort?.postMessage(message);
}
