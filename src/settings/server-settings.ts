import ipaddr from 'ipaddr.js';
import { CELL_NAME_RULE, isCellName } from '../core/cells.ts';
import { DEFAULT_TEXT_LIMITS } from '../core/limits.ts';
import { findTimeZone } from '../core/time-zone.ts';
import { BACKEND_NAMES } from '../db/database.ts';
import { DEFAULT_RUN_SECONDS } from '../db/run-connections.ts';
import { DEFAULT_SCHEMA, isSchemaName, MAX_SCHEMA_NAME } from '../db/schema-name.ts';
import {
  existingFile,
  existingFolder,
  flag,
  flagOrAuto,
  folder,
  httpAddress,
  integer,
  listOf,
  oneOf,
  parsed,
  postgresAddress,
  Rejected,
  type Setting,
  text,
} from './kinds.ts';

/** The address of the server and limits of requests and responses. */
export const SERVER = {
  host: {
    name: 'HOST',
    kind: text('an address'),
    default: '127.0.0.1',
    doc: 'Address to listen on.',
  },
  port: {
    name: 'PORT',
    kind: integer(0, 65_535),
    default: '7243',
    doc: 'Port to listen on. 0 picks a free one.',
  },
  dataFolder: {
    name: 'BATCHLINE_DATA',
    kind: folder,
    default: './data',
    doc: 'Folder of the embedded database, the files and temporary data. Created if it does not exist.',
  },
  settingsFile: {
    name: 'BATCHLINE_CONFIG',
    kind: existingFile,
    doc: 'File with settings, one `NAME=value` per line. Environment variables take precedence.',
  },
  allowPrivateAddresses: {
    name: 'BATCHLINE_ALLOW_PRIVATE_ADDRESSES',
    kind: flag,
    default: 'false',
    doc: 'Allows `http-requests` and webhooks to call private and loopback addresses.',
  },
  requestTimeoutSeconds: {
    name: 'BATCHLINE_REQUEST_TIMEOUT_SECONDS',
    aliases: ['BATCHLINE_REQUEST_TIMEOUT'],
    kind: integer(10, 86_400),
    default: '3600',
    doc: 'Time limit for receiving a request, including its body.',
  },
  bodyLimit: {
    name: 'BATCHLINE_BODY_LIMIT_BYTES',
    aliases: ['BATCHLINE_BODY_LIMIT'],
    kind: integer(1024, 1_073_741_824),
    default: '1048576',
    doc: 'Maximum size of a request body. Uploads have their own limit.',
  },
  bulkLimit: {
    name: 'BATCHLINE_BULK_LIMIT_BYTES',
    kind: integer(1024, 1_073_741_824),
    default: '8388608',
    doc: 'Maximum size of a bulk start in JSON Lines. Each line has the limit of a request body.',
  },
  listLimit: {
    name: 'BATCHLINE_LIST_LIMIT_ITEMS',
    aliases: ['BATCHLINE_LIST_LIMIT'],
    kind: integer(1, 10_000),
    default: '1000',
    doc: 'Maximum number of items in one list.',
  },
  listSeconds: {
    name: 'BATCHLINE_LIST_TIMEOUT_SECONDS',
    aliases: ['BATCHLINE_LIST_TIMEOUT'],
    kind: integer(1, 300),
    default: '10',
    doc: 'Time limit for reading a list from the database.',
  },
  textLimit: {
    name: 'BATCHLINE_TEXT_LIMIT_CHARACTERS',
    aliases: ['BATCHLINE_TEXT_LIMIT'],
    kind: integer(DEFAULT_TEXT_LIMITS.description, 65_535),
    default: String(DEFAULT_TEXT_LIMITS.description),
    doc: 'Maximum length of Description, Response, Request and ProgressDescription.',
  },
  timeZone: {
    name: 'BATCHLINE_TIME_ZONE',
    kind: parsed('a code such as `NO`, or an IANA name', (given) => {
      const zone = findTimeZone(given);
      if (zone !== undefined) return zone;
      throw new Rejected(
        ` is "${given}"; a code such as NO or US-NY or an IANA name such as Europe/Oslo is accepted.`,
      );
    }),
    default: 'UTC',
    doc: 'Time zone of requests that name none.',
  },
  catalogueFolder: {
    name: 'BATCHLINE_CATALOGUES',
    kind: existingFolder,
    doc: 'Folder with translations of your own (`nb.json`, `sv.json`, …). They take precedence over those of the server.',
  },
} as const satisfies Record<string, Setting>;

/** Proxies, browsers and limits on requests. */
export const HTTP = {
  trustProxy: {
    name: 'BATCHLINE_TRUST_PROXY',
    kind: listOf(
      'addresses and networks',
      'addresses such as 10.0.0.1 and networks such as 10.0.0.0/8 are',
      (item) => ipaddr.isValid(item) || ipaddr.isValidCIDR(item),
    ),
    default: '',
    doc: 'Proxies whose `X-Forwarded-*` headers the server trusts, separated by commas.',
  },
  corsOrigins: {
    name: 'BATCHLINE_CORS_ORIGINS',
    kind: listOf(
      'origins, or `*`',
      'origins such as https://app.example.com, without a path, or * alone for all of them are',
      (item, items) =>
        item === '*' ? items.length === 1 : /^https?:/.test(item) && URL.parse(item)?.origin === item,
    ),
    default: '',
    doc: 'Origins whose scripts may call the API, such as `https://app.example.com`, separated by commas. `*` allows all.',
  },
  hstsSeconds: {
    name: 'BATCHLINE_HSTS_SECONDS',
    aliases: ['BATCHLINE_HSTS'],
    kind: integer(0, 63_072_000),
    default: '0',
    doc: '`max-age` of Strict-Transport-Security, sent over https. 0 omits the header.',
  },
  rateLimitPerSecond: {
    name: 'BATCHLINE_RATE_LIMIT_PER_SECOND',
    aliases: ['BATCHLINE_RATE_LIMIT'],
    kind: integer(0, 100_000),
    default: '0',
    doc: 'Requests per second that each caller may make to this process. 0 sets no limit.',
  },
  rateBurst: {
    name: 'BATCHLINE_RATE_BURST_REQUESTS',
    aliases: ['BATCHLINE_RATE_BURST'],
    kind: integer(1, 1_000_000),
    defaultDoc: 'ten times the rate limit',
    doc: 'Requests that an idle caller may make at once before the rate limit applies.',
  },
} as const satisfies Record<string, Setting>;

/** Health, metrics and the log. */
export const MONITORING = {
  metrics: {
    name: 'BATCHLINE_METRICS',
    kind: oneOf(['sign-in', 'open', 'off']),
    default: 'sign-in',
    doc: 'Access to `/metrics`: `sign-in` requires a caller who may read every task, `open` requires no sign-in, `off` disables it.',
  },
  monitoringPort: {
    name: 'BATCHLINE_MONITORING_PORT',
    kind: integer(0, 65_535),
    doc: 'Separate port for `/health` and `/metrics`, without sign-in. 0 picks a free one. If it is not set, no such port is opened.',
  },
  monitoringHost: {
    name: 'BATCHLINE_MONITORING_HOST',
    kind: text('an address'),
    default: '127.0.0.1',
    doc: 'Address that the monitoring port listens on.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    kind: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    doc: 'Minimum level of the log on standard error.',
  },
} as const satisfies Record<string, Setting>;

/** The server that workers and the command line call. */
export const CLIENT = {
  workerUrl: {
    name: 'BATCHLINE_URL',
    kind: httpAddress('http://127.0.0.1:7243'),
    doc: 'Server that `batchline work` and the commands that call a server use.',
  },
  workerToken: {
    name: 'BATCHLINE_TOKEN',
    kind: text('a token'),
    doc: 'Bearer token for that server. `batchline work` needs one with the scope `worker`.',
  },
} as const satisfies Record<string, Setting>;

/** The cell of an installation on several databases. */
export const CELLS = {
  cell: {
    name: 'BATCHLINE_CELL',
    kind: parsed('a name', (given) => {
      if (isCellName(given)) return given;
      throw new Rejected(` is "${given}"; ${CELL_NAME_RULE}`);
    }),
    doc: 'Name of the cell that this server belongs to, as registered by `batchline cell add`. Requires BATCHLINE_CONTROL_URL.',
  },
  controlUrl: {
    name: 'BATCHLINE_CONTROL_URL',
    kind: postgresAddress,
    doc: 'Address of the control database, which maps tenants to cells. Its tables are in the schema `batchline_control`.',
  },
  cellRouting: {
    name: 'BATCHLINE_CELL_ROUTING',
    kind: oneOf(['proxy', 'redirect']),
    default: 'proxy',
    doc: 'What a server does with a request for a tenant of another cell: forwards it, or responds with 308 and the address.',
  },
} as const satisfies Record<string, Setting>;

/** The database and its connections. */
export const DATABASE = {
  databaseUrl: {
    name: 'DATABASE_URL',
    kind: postgresAddress,
    defaultDoc: 'embedded database',
    doc: 'Address of PostgreSQL. If it is not set, the server uses the embedded database.',
  },
  databaseSchema: {
    name: 'BATCHLINE_SCHEMA',
    kind: parsed('a name', (given) => {
      if (isSchemaName(given)) return given;
      throw new Rejected(
        ` is "${given}"; a name of at most ${MAX_SCHEMA_NAME} lower-case letters, digits and underscores that begins with a letter or an underscore is accepted, except public, information_schema and names that begin with pg_.`,
      );
    }),
    default: DEFAULT_SCHEMA as string,
    doc: 'Schema of the tables in PostgreSQL, so that several installations can share one database. Imported tables are in the schema of this name with `_data`. Not used by the embedded database.',
  },
  databaseBackend: {
    name: 'DATABASE_BACKEND',
    kind: oneOf(BACKEND_NAMES),
    defaultDoc: '`postgres` with DATABASE_URL, `pglite` without',
    doc: 'Kind of database. `pglite` is the embedded one. With `citus`, the schema is a distributed schema of a Citus cluster.',
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
  databaseListenSocket: {
    name: 'BATCHLINE_LISTEN_SOCKET',
    kind: parsed('an absolute path', (given) => {
      if (!/^\/.{1,60}$/.test(given))
        throw new Rejected('; an absolute path of at most 61 characters is accepted');
      return given;
    }),
    doc: 'Unix socket by which the processes of a machine share one connection for notifications. Its folder must be writable by them only.',
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
