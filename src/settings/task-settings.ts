import { availableParallelism } from 'node:os';
import { DEFAULT_TEXT_LIMITS } from '../core/limits.ts';
import { parseRetention, parseRules } from '../core/retention.ts';
import { existingFolder, httpAddress, integer, modules, parsed, type Setting, text } from './kinds.ts';

/** Definitions, concurrency and leases. */
export const TASKS = {
  handlers: {
    name: 'BATCHLINE_HANDLERS',
    kind: modules,
    default: '',
    doc: 'Modules or folders with your own definitions, separated by commas.',
  },
  serialNumber: {
    name: 'BATCHLINE_TENANT',
    aliases: ['BATCHLINE_SERIAL'],
    kind: text(
      `up to ${DEFAULT_TEXT_LIMITS.databaseSerialNumber} characters`,
      DEFAULT_TEXT_LIMITS.databaseSerialNumber,
    ),
    default: 'batchline',
    doc: 'Default tenant: the DatabaseSerialNumber of tasks that name none.',
  },
  concurrency: {
    name: 'BATCHLINE_CONCURRENCY',
    kind: integer(1, 1000),
    default: '20',
    doc: 'Maximum number of tasks that this process runs at once.',
  },
  threads: {
    name: 'BATCHLINE_THREAD_POOL_SIZE',
    aliases: ['BATCHLINE_THREADS'],
    kind: integer(1, 256),
    default: String(availableParallelism()) as string,
    defaultDoc: 'number of CPU cores',
    doc: 'Number of threads for definitions with `isolate: thread`.',
  },
  leaseSeconds: {
    name: 'BATCHLINE_LEASE_SECONDS',
    aliases: ['BATCHLINE_LEASE'],
    kind: integer(2, 3600),
    default: '30',
    doc: 'Lease of a run. If the run sends no heartbeat for this long, its task returns to the queue.',
  },
  graceSeconds: {
    name: 'BATCHLINE_SHUTDOWN_GRACE_SECONDS',
    aliases: ['BATCHLINE_GRACE'],
    kind: integer(0, 3600),
    default: '10',
    doc: 'Grace period before a stopped run is killed, and for open requests when the server shuts down.',
  },
  inputFolder: {
    name: 'BATCHLINE_INPUT_DIR',
    aliases: ['BATCHLINE_INPUT'],
    kind: existingFolder,
    doc: 'Folder that tasks may read input files from. If it is not set, they read only uploads.',
  },
} as const satisfies Record<string, Setting>;

/** Where result files and uploads are stored, and how large they may be. */
export const FILES = {
  place: {
    name: 'BATCHLINE_FILES',
    kind: text('a folder, or `s3://bucket/prefix`'),
    defaultDoc: '`files` in BATCHLINE_DATA',
    doc: 'Where result files and uploads are stored.',
  },
  s3Endpoint: {
    name: 'BATCHLINE_S3_ENDPOINT',
    kind: httpAddress('https://s3.example.com'),
    defaultDoc: 'Amazon S3',
    doc: 'Address of an S3-compatible service.',
  },
  s3Region: {
    name: 'BATCHLINE_S3_REGION',
    kind: text('a region'),
    defaultDoc: 'AWS_REGION',
    doc: 'Region of the bucket.',
  },
  s3AccessKey: {
    name: 'BATCHLINE_S3_ACCESS_KEY',
    kind: text('a key'),
    doc: 'Access key. If it is not set, the AWS environment variables, profiles and roles apply.',
  },
  s3SecretKey: {
    name: 'BATCHLINE_S3_SECRET_KEY',
    kind: text('a key'),
    doc: 'Secret of the access key.',
  },
  resultLimit: {
    name: 'BATCHLINE_RESULT_LIMIT_BYTES',
    aliases: ['BATCHLINE_RESULT_LIMIT'],
    kind: integer(1),
    default: '10737418240',
    doc: 'Maximum size of a result file.',
  },
  uploadLimit: {
    name: 'BATCHLINE_UPLOAD_LIMIT_BYTES',
    aliases: ['BATCHLINE_UPLOAD_LIMIT'],
    kind: integer(1),
    default: '10737418240',
    doc: 'Maximum size of an upload.',
  },
  uploadQuota: {
    name: 'BATCHLINE_UPLOAD_QUOTA_BYTES',
    aliases: ['BATCHLINE_UPLOAD_QUOTA'],
    kind: integer(1),
    default: '107374182400',
    doc: 'Maximum total size of the uploads of one tenant.',
  },
  diskReserve: {
    name: 'BATCHLINE_DISK_RESERVE_BYTES',
    aliases: ['BATCHLINE_DISK_RESERVE'],
    kind: integer(0),
    default: '268435456',
    doc: 'Free disk space that uploads leave for everything else.',
  },
} as const satisfies Record<string, Setting>;

/** Retention periods, after which the pruner deletes. */
export const RETENTION = {
  tasks: {
    name: 'BATCHLINE_RETENTION',
    kind: parsed('`State=time`, separated by commas', parseRules),
    default: 'Succeeded=30d,Failed=90d',
    doc: 'How long tasks are kept after their last change, by state. Tasks in other states are kept.',
  },
  uploads: {
    name: 'BATCHLINE_UPLOAD_RETENTION',
    kind: parsed('a time such as `30d` or `12h`, or `never`', parseRetention),
    default: '30d',
    doc: 'How long an upload is kept after its last use. `never` means that it is never deleted.',
  },
  audit: {
    name: 'BATCHLINE_AUDIT_RETENTION',
    kind: parsed('a time such as `30d` or `12h`, or `never`', parseRetention),
    default: '365d',
    doc: 'How long the audit log of a deleted task is kept. `never` means that it is never deleted.',
  },
  administration: {
    name: 'BATCHLINE_ADMINISTRATION_RETENTION',
    kind: parsed('a time such as `30d` or `12h`, or `never`', parseRetention),
    default: '400d',
    doc: 'How long the audit of administration is kept. `never` means that it is never deleted.',
  },
  statistics: {
    name: 'BATCHLINE_STATISTICS_RETENTION',
    kind: parsed('a time such as `30d` or `12h`, or `never`', parseRetention),
    default: '90d',
    doc: 'How long the counters of the statistics are kept, also after the tasks are deleted. `never` means that they are never deleted.',
  },
} as const satisfies Record<string, Setting>;

/** The event stream. */
export const EVENTS = {
  heartbeatSeconds: {
    name: 'BATCHLINE_EVENT_HEARTBEAT_SECONDS',
    aliases: ['BATCHLINE_EVENT_HEARTBEAT'],
    kind: integer(1, 300),
    default: '15',
    doc: 'Interval between heartbeats of an event stream. Each heartbeat checks the sign-in again.',
  },
} as const satisfies Record<string, Setting>;

/** Retries and limits of webhook deliveries. */
export const WEBHOOKS = {
  retrySeconds: {
    name: 'BATCHLINE_WEBHOOK_RETRY_SECONDS',
    aliases: ['BATCHLINE_WEBHOOK_RETRY'],
    kind: integer(1, 3600),
    default: '10',
    doc: 'Delay before the first retry of a delivery. Each further delay is three times as long.',
  },
  tries: {
    name: 'BATCHLINE_WEBHOOK_TRIES',
    kind: integer(1, 20),
    default: '8',
    doc: 'Maximum number of attempts for a delivery.',
  },
  limit: {
    name: 'BATCHLINE_WEBHOOK_LIMIT',
    kind: integer(1, 100_000),
    default: '100',
    doc: 'Maximum number of webhooks per tenant.',
  },
} as const satisfies Record<string, Setting>;
