import { BACKEND_NAMES } from '../db/database.ts';
import { DEFAULT_RUN_SECONDS } from '../db/run-connections.ts';
import { flagOrAuto, integer, oneOf, parsed, postgresAddress, type Setting } from './kinds.ts';

/** The database and its connections. */
export const DATABASE = {
  databaseUrl: {
    name: 'DATABASE_URL',
    kind: postgresAddress,
    defaultDoc: 'embedded database',
    doc: 'Address of PostgreSQL. If it is not set, the server uses the embedded database.',
  },
  databaseBackend: {
    name: 'DATABASE_BACKEND',
    kind: oneOf(BACKEND_NAMES),
    defaultDoc: '`postgres` with DATABASE_URL, `pglite` without',
    doc: 'Kind of database. `pglite` is the embedded one. `citus` has not been tested on Citus yet.',
  },
  databasePool: {
    name: 'BATCHLINE_DATABASE_POOL_SIZE',
    aliases: ['BATCHLINE_DATABASE_POOL'],
    kind: integer(3, 200),
    default: '10',
    doc: 'Maximum number of connections to PostgreSQL per process. One more listens for notifications.',
  },
  databasePooler: {
    name: 'BATCHLINE_DATABASE_POOLER',
    kind: flagOrAuto,
    default: 'auto',
    doc: 'Whether DATABASE_URL is a transaction pooler. `auto` detects PgBouncer.',
  },
  databaseListenUrl: {
    name: 'DATABASE_LISTEN_URL',
    kind: parsed('`postgres://…`, `poll`', (given) =>
      given.toLowerCase() === 'poll' ? 'poll' : postgresAddress.parse(given),
    ),
    defaultDoc: 'DATABASE_URL',
    doc: 'Direct address of PostgreSQL for LISTEN/NOTIFY, if DATABASE_URL is a transaction pooler. `poll` polls instead.',
  },
  databaseTimeoutSeconds: {
    name: 'BATCHLINE_DATABASE_TIMEOUT_SECONDS',
    aliases: ['BATCHLINE_DATABASE_TIMEOUT'],
    kind: integer(1, 3600),
    default: '60',
    doc: 'Time limit for a statement. A connection that does not answer in time is closed.',
  },
  idleTransactionSeconds: {
    name: 'BATCHLINE_IDLE_TRANSACTION_SECONDS',
    aliases: ['BATCHLINE_IDLE_TRANSACTION'],
    kind: integer(1, 3600),
    default: '30',
    doc: 'Time after which PostgreSQL ends an idle transaction.',
  },
  runTransactionSeconds: {
    name: 'BATCHLINE_RUN_TRANSACTION_SECONDS',
    kind: integer(1, 3600),
    default: String(DEFAULT_RUN_SECONDS) as string,
    doc: 'Maximum time that a run may hold a database connection. After that its transaction is rolled back.',
  },
} as const satisfies Record<string, Setting>;
