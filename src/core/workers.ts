import { WORKER_OWNER_PREFIX } from './access.ts';

/** Kinds of workers: a server or a worker process with access to the database, or a worker over HTTP. */
export const WORKER_KINDS = ['Server', 'Worker', 'Remote'] as const;
/** A kind of worker. */
export type WorkerKind = (typeof WORKER_KINDS)[number];

/** `Draining` claims no more tasks and waits for its runs to end; `Stopped` is listed only while it still has leases. */
export type WorkerStatus = 'Running' | 'Draining' | 'Stopped';

/** A process, or a worker over HTTP, as it announces itself. */
export interface WorkerAnnouncement {
  /** Owner of its leases. */
  readonly owner: string;
  /** The definitions that it runs; a remote worker may announce several sets, which are recorded separately. */
  readonly names: readonly string[];
  /** The tenant whose tasks it claims; `null` for all. */
  readonly tenant: string | null;
  readonly kind: WorkerKind;
  /** The name that people see. */
  readonly label: string;
  /** `null` if it is unknown. */
  readonly version: string | null;
  /** When it started; `undefined` for the time since which it has been announced without a gap. */
  readonly started?: Date | undefined;
  /** Maximum number of concurrent runs; `null` if it is unknown. */
  readonly slots: number | null;
  readonly status: WorkerStatus;
}

/** Returns the associate of a remote worker, and the name that it gives; `undefined` for a process. */
export function readWorkerOwner(
  owner: string,
): { readonly associateId: number; readonly name: string } | undefined {
  if (!owner.startsWith(WORKER_OWNER_PREFIX)) return undefined;
  const [, id = '', ...name] = owner.split(':');
  return { associateId: Number(id), name: name.join(':') };
}
