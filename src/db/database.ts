import type { Kysely } from 'kysely';
import type { ListReads } from './list-reads.ts';
import type { PubSub } from './pubsub.ts';
import type { Schema } from './schema.ts';

/** The kinds of database, as DATABASE_BACKEND names them. */
export const BACKEND_NAMES = ['pglite', 'postgres', 'citus'] as const;

/** A kind of database. The same SQL runs on all of them. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** An open database. */
export interface Database {
  readonly sql: Kysely<Schema>;
  readonly backend: BackendName;
  /** Runs list queries, which have their own concurrency limit and timeout. */
  readonly lists: ListReads;
  readonly signals: PubSub;
  /** True if no other process can use the database, so that leases of earlier processes are void. */
  readonly exclusive: boolean;
  /** Returns the state of the connection pool; `undefined` for the embedded database, which has none. */
  readonly connections: () => Connections | undefined;
  /** Resolves if the embedded database crashes. The process must be restarted. */
  readonly crashed?: Promise<Error>;
  close(): Promise<void>;
}

/** State of the connection pool. */
export interface Connections {
  readonly busy: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** Maximum number of connections. */
  readonly limit: number;
}

/** Whether opening a database migrates its tables. */
export type Tables = 'up to date' | 'as they are';
