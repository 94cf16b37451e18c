import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DiskGuard, DurableFileSystem, durableStartParams } from './file-system.ts';
import { Session } from './session.ts';
import { shareMemories } from './shared-memory.ts';
import { errorData, type FromPglite, type PgliteCall, type PgliteRows, type PgliteStart } from './thread.ts';

/** Addresses of two variables in PostgreSQL's memory. */
interface Interrupts {
  readonly _InterruptPending: number;
  readonly _QueryCancelPending: number;
}

const { folder, dataFolder } = workerData as PgliteStart;
const report: string[] = [];
let isOpen = false;

await open();

/** Opens PGlite and handles the calls of `PgliteThread`. */
async function open(): Promise<void> {
  try {
    shareMemories();
    const fs = new DurableFileSystem(folder);
    const pglite = new PGlite({
      fs,
      startParams: durableStartParams(PGlite.defaultStartParams),
      onStdout: collect,
      onStderr: collect,
    });
    await pglite.waitReady;
    isOpen = true;
    const guard = new DiskGuard(pglite, dataFolder, fs);
    const session = new Session(pglite);
    const { _InterruptPending, _QueryCancelPending } = pglite.Module as unknown as Interrupts;
    let handled = Promise.resolve();
    parentPort?.on('message', (call: PgliteCall) => {
      // One call at a time, so that the responses are in the order of the calls.
      handled = handled
        .then(() => handle(pglite, session, guard, call))
        .then(
          (result): FromPglite => ({ kind: 'result', result, syncs: fs.syncs }),
          (error: unknown): FromPglite => ({ kind: 'error', error: errorData(error), syncs: fs.syncs }),
        )
        .then(send);
    });
    const memory = fs.memory?.buffer as unknown as SharedArrayBuffer;
    send({ kind: 'open', memory, interruptAt: _InterruptPending, cancelAt: _QueryCancelPending });
  } catch (error) {
    send({ kind: 'failed', report, error: errorData(error) });
  }
}

async function handle(
  pglite: PGlite,
  session: Session,
  guard: DiskGuard,
  call: PgliteCall,
): Promise<unknown> {
  switch (call.kind) {
    case 'query':
      return rowsOf(await session.query(call));
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

/** Returns the parts of a result that callers use. */
function rowsOf({ rows, affectedRows }: { rows: unknown[]; affectedRows?: number }): PgliteRows {
  return { rows, affectedRows };
}

/** Collects the log of PostgreSQL while it starts, because it names damaged files. */
function collect(line: string): boolean {
  if (!isOpen) report.push(line);
  return true;
}

function send(message: FromPglite): void {
  parentPort?.postMessage(message);
}
