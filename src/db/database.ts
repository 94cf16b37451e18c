import type { Kysely } from 'kysely';
import type { ListReads } from './list-reads.ts';
import type { PubSub } from './pubsub.ts';
import type { Schema } from './schema.ts';

/** The kinds of database, as DATABASE_BACKEND names them. */
export const BACKEND_NAMES = ['pglite', 'postgres', 'citus'] as const;

/** A kind of database. The same SQL runs on all of them; Citus keeps our tables on its coordinator. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** The open database and what comes with it. */
export interface Database {
  readonly sql: Kysely<Schema>;
  /** The kind of database. */
  readonly backend: BackendName;
  /** Reads lists, whose cost depends on the request. */
  readonly lists: ListReads;
  readonly signals: PubSub;
  /** Whether no other process can be using the database: leases of earlier processes are void. */
  readonly exclusive: boolean;
  /** The connections of this process now; `undefined` where the database is embedded and has none. */
  readonly connections: () => Connections | undefined;
  /** Resolves where the database has given up in this process, which can only be started again. */
  readonly lost?: Promise<Error>;
  close(): Promise<void>;
}

/** Connections to the database. */
export interface Connections {
  readonly busy: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
  /** The most that there may be. */
  readonly limit: number;
}

/** Whether the tables of a database that is opened are brought up to date. */
export type Tables = 'up to date' | 'as they are';
