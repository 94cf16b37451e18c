/** What a kind of database can't do, or does otherwise than PostgreSQL. Everything that depends on the kind asks here. */
export interface Backend {
  /** As DATABASE_BACKEND names it, and pg-boss too. */
  readonly name: BackendName;
  /** Whether processes can tell each other by LISTEN and NOTIFY; else they read a table. */
  readonly notifies: boolean;
  /** Whether `pg_locks` tells which transactions write a table; else gaps between events are closed by writing. */
  readonly showsWriters: boolean;
  /** Whether changes of tables are undone with their transaction; else each migration is done statement by statement. */
  readonly transactionalDdl: boolean;
  /** Whether an index may be a block range index; else it is an ordinary one. */
  readonly blockRangeIndexes: boolean;
  /** Whether an index may be over a function of ours; else texts lose their case by `lower`, which knows Unicode there. */
  readonly functionIndexes: boolean;
}

/** The kinds of database, as DATABASE_BACKEND names them. */
export const BACKEND_NAMES = ['pglite', 'postgres', 'cockroachdb', 'yugabytedb', 'citus'] as const;

/** The name of a kind of database. */
export type BackendName = (typeof BACKEND_NAMES)[number];

const POSTGRES: Omit<Backend, 'name'> = {
  notifies: true,
  showsWriters: true,
  transactionalDdl: true,
  blockRangeIndexes: true,
  functionIndexes: true,
};

const DIFFERENCES: Readonly<Record<BackendName, Partial<Backend>>> = {
  pglite: {},
  postgres: {},
  // Our tables stay on the coordinator, where they are PostgreSQL's own.
  citus: {},
  cockroachdb: {
    notifies: false,
    showsWriters: false,
    transactionalDdl: false,
    blockRangeIndexes: false,
    functionIndexes: false,
  },
  yugabytedb: { notifies: false, showsWriters: false, transactionalDdl: false, blockRangeIndexes: false },
};

/** The kind of database with this name. */
export function backendOf(name: BackendName): Backend {
  return { ...POSTGRES, ...DIFFERENCES[name], name };
}

/** What a server can be told to be by what it says of itself. */
export type DatabaseKind = 'postgres' | 'cockroachdb' | 'yugabytedb';

/**
 * The kind of database that a server says it is.
 *
 * @param version what `select version()` answers
 */
export function backendSpeaking(version: string): DatabaseKind {
  if (/cockroachdb/i.test(version)) return 'cockroachdb';
  return /-YB-/.test(version) ? 'yugabytedb' : 'postgres';
}
