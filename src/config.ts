import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { DEFAULT_TEXT_LIMITS, type TextLimits } from './domain/limits.ts';
import { OperatorError } from './domain/operator-error.ts';
import { parseRules, type Retention, type RetentionRules, readRetention } from './domain/retention.ts';
import { findTimeZone, type TimeZone, UTC } from './domain/time-zone.ts';
import type { FilesPlace } from './files/place.ts';
import { BACKEND_NAMES, type BackendName } from './store/backend.ts';
import { DEFAULT_RUN_SECONDS } from './store/run-connections.ts';

/** The ways to sign in, in the order in which they are offered. */
const SIGN_IN_SCHEMES = ['basic', 'bearer', 'jwt', 'ticket', 'cookie'] as const;
/** A way to sign in (contract, section 5: Authorization). */
export type SignInScheme = (typeof SIGN_IN_SCHEMES)[number];

/** An OIDC issuer whose JWTs sign in. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Address of its keys; `undefined` asks its discovery document. */
  readonly jwks: string | undefined;
  /** Seconds by which the clocks may differ. */
  readonly skewSeconds: number;
  readonly loginClaim: string;
  /** `undefined`: the roles are those of the associate. */
  readonly rolesClaim: string | undefined;
  /** `undefined`: the tenant is that of the associate. */
  readonly tenantClaim: string | undefined;
  /** `undefined`: a JWT has every scope, as a password has. */
  readonly scopesClaim: string | undefined;
  /** Whether an unknown login becomes an associate, or is refused. */
  readonly create: boolean;
}

/** How callers may sign in. */
export interface SignInConfig {
  readonly schemes: readonly SignInScheme[];
  /** Milliseconds without use after which a SoTicket ends. */
  readonly ticketIdleMs: number;
  /** Milliseconds without use after which a cookie session ends. */
  readonly sessionIdleMs: number;
  /** Milliseconds after which either ends however much it is used. */
  readonly mostMs: number;
  /** Wrong passwords for one login from one address before it has to wait. */
  readonly freeFailures: number;
  /** Minimum length of a new password, in characters. */
  readonly minPasswordLength: number;
  readonly requireAppToken: boolean;
  readonly oidc: OidcConfig | undefined;
}

/** How webhooks are sent. */
export interface WebhookConfig {
  /** Seconds before the second try of a delivery; each further wait is three times as long. */
  readonly retrySeconds: number;
  /** Tries after which a delivery is dead. */
  readonly tries: number;
  /** Maximum number of webhooks per tenant. */
  readonly limit: number;
}

/** How long what is kept, where nothing else is said. */
export interface RetentionConfig {
  /** Tasks, by their states. */
  readonly tasks: RetentionRules;
  /** Uploads, after they were last used. */
  readonly uploads: Retention;
  /** The history of tasks that are gone. */
  readonly audit: Retention;
}

/** For whom `/metrics` is: those who sign in and may see every task, everybody, or nobody. */
const METRICS_ACCESS = ['sign-in', 'open', 'off'] as const;
export type MetricsAccess = (typeof METRICS_ACCESS)[number];

/** Every setting of the server, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute path of the folder for the embedded database and the files. */
  readonly dataFolder: string;
  /** Where PostgreSQL is; `undefined` is the embedded database. */
  readonly databaseUrl: string | undefined;
  /** The kind of database. */
  readonly databaseBackend: BackendName;
  /** Connections to PostgreSQL that this process may hold, beside the one for signals. */
  readonly databasePool: number;
  /** Seconds without an answer after which a statement fails. */
  readonly databaseTimeoutSeconds: number;
  /** Where signals are heard; `undefined` is `databaseUrl`, `poll` nowhere. */
  readonly databaseListenUrl: string | undefined;
  /** Whether `databaseUrl` is a pooler that gives out connections by transaction; `undefined` finds out. */
  readonly databasePooler: boolean | undefined;
  /** Seconds that a transaction may stand still before PostgreSQL ends it. */
  readonly idleTransactionSeconds: number;
  /** Seconds that a run may hold a database connection before its transaction is rolled back. */
  readonly runTransactionSeconds: number;
  /** The administrator of the first start. */
  readonly admin: { readonly login: string; readonly password: string } | undefined;
  /** Absolute paths of the user's own modules or folders. */
  readonly handlers: readonly string[];
  /** The server's own database serial number: the tenant of tasks that name none. */
  readonly serialNumber: string;
  /** Tasks that run at once in this process (isolate `inline`). */
  readonly concurrency: number;
  /** Threads for tasks with isolate `thread`. */
  readonly threads: number;
  /** Seconds without a sign of life after which a run counts as lost. */
  readonly leaseSeconds: number;
  /** Seconds that a run gets to end after it was stopped. */
  readonly graceSeconds: number;
  /** Absolute path of the folder that input files may be read from; `undefined` allows uploads only. */
  readonly inputFolder: string | undefined;
  readonly allowPrivateAddresses: boolean;
  /** Absolute path of the folder with the user's own catalogues; `undefined` where there is none. */
  readonly catalogueFolder: string | undefined;
  /** The largest body in bytes, uploads excepted. */
  readonly bodyLimit: number;
  /** The largest upload in bytes. */
  readonly uploadLimit: number;
  /** Bytes that the uploads of one tenant may take in all. */
  readonly uploadQuota: number;
  /** Bytes of the disk that uploads leave free. */
  readonly diskReserve: number;
  /** The largest result file in bytes. */
  readonly resultLimit: number;
  /** Where result files and uploads are kept. */
  readonly files: FilesPlace;
  /** How long what is kept. */
  readonly retention: RetentionConfig;
  /** The most tasks that one list holds. */
  readonly listLimit: number;
  /** How long a statement of a list may take, in seconds. */
  readonly listSeconds: number;
  readonly textLimits: TextLimits;
  /** The zone of times for callers who name none. */
  readonly timeZone: TimeZone;
  readonly signIn: SignInConfig;
  /** Origins whose scripts may call. */
  readonly corsOrigins: readonly string[];
  /** Seconds for which browsers are told to use https only; 0 tells nothing. */
  readonly hstsSeconds: number;
  /** The requests of one caller; `undefined` is any number. */
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | undefined;
  /** Seconds in which a request must have come to its end, its body included. */
  readonly requestTimeoutSeconds: number;
  /** Addresses and networks of the proxies whose X-Forwarded headers count. */
  readonly trustProxy: readonly string[];
  /** The server that `batchline work` runs tasks for. */
  readonly workerUrl: string | undefined;
  /** Its token. */
  readonly workerToken: string | undefined;
  /** Seconds between the signs of life of an event stream. */
  readonly eventHeartbeatSeconds: number;
  readonly webhooks: WebhookConfig;
  readonly metrics: MetricsAccess;
  /** The port for `/health` and `/metrics` alone; `undefined` opens none. */
  readonly monitoring: { readonly host: string; readonly port: number } | undefined;
  readonly logLevel: string;
  /** Tells this process from others in leases and logs. */
  readonly nodeId: string;
}

/** One setting: variable, default as written, and meaning. docs/reference/settings.md has the same table. */
export interface Setting {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Every setting, for the help text and the documentation. */
export const SETTINGS: readonly Setting[] = [
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'Address to listen on' },
  { name: 'PORT', fallback: '7243', meaning: 'Port to listen on; 0 takes a free one' },
  { name: 'BATCHLINE_DATA', fallback: './data', meaning: 'Folder of the embedded database and of the files' },
  {
    name: 'DATABASE_URL',
    fallback: '',
    meaning: 'postgres://… uses PostgreSQL instead of the embedded database',
  },
  {
    name: 'DATABASE_BACKEND',
    fallback: 'postgres',
    meaning:
      'Kind of database that DATABASE_URL names: postgres or citus (not run on Citus yet); without it pglite',
  },
  {
    name: 'BATCHLINE_DATABASE_POOL',
    fallback: '10',
    meaning: 'Connections to PostgreSQL per process (3 to 200), beside one for signals',
  },
  {
    name: 'DATABASE_LISTEN_URL',
    fallback: 'DATABASE_URL',
    meaning:
      "PostgreSQL's own address for signals, where DATABASE_URL is a pooler by transaction; poll does without signals",
  },
  {
    name: 'BATCHLINE_DATABASE_POOLER',
    fallback: 'auto',
    meaning:
      'Whether DATABASE_URL is a pooler by transaction: true or false; auto takes any pooler that it recognises for one',
  },
  {
    name: 'BATCHLINE_IDLE_TRANSACTION',
    fallback: '30',
    meaning: 'Seconds that a transaction may stand still before PostgreSQL ends it (1 to 3600)',
  },
  {
    name: 'BATCHLINE_RUN_TRANSACTION_SECONDS',
    fallback: '20',
    meaning:
      'Seconds that a run may hold a database connection before its transaction is rolled back (1 to 3600)',
  },
  {
    name: 'BATCHLINE_DATABASE_TIMEOUT',
    fallback: '60',
    meaning: 'Seconds that PostgreSQL may take to answer a statement (1 to 3600)',
  },
  {
    name: 'BATCHLINE_ADMIN',
    fallback: '',
    meaning: 'login:password of the administrator that the first start makes',
  },
  {
    name: 'BATCHLINE_HANDLERS',
    fallback: '',
    meaning: 'Module or folder with your own definitions; several are separated by commas',
  },
  {
    name: 'BATCHLINE_SERIAL',
    fallback: 'batchline',
    meaning: 'DatabaseSerialNumber of tasks that name none (at most 39 characters)',
  },
  {
    name: 'BATCHLINE_CONCURRENCY',
    fallback: '20',
    meaning: 'Tasks that run at once in this process (1 to 1000)',
  },
  {
    name: 'BATCHLINE_THREADS',
    fallback: 'number of cores',
    meaning: 'Threads for definitions with isolate: thread (1 to 256)',
  },
  {
    name: 'BATCHLINE_LEASE',
    fallback: '30',
    meaning: 'Seconds without a sign of life after which a run counts as lost (2 to 3600)',
  },
  {
    name: 'BATCHLINE_GRACE',
    fallback: '10',
    meaning: 'Seconds that a run gets to end after a stop (0 to 3600)',
  },
  {
    name: 'BATCHLINE_INPUT',
    fallback: '',
    meaning: 'Folder that tasks may read input files from; without it only uploads are read',
  },
  {
    name: 'BATCHLINE_ALLOW_PRIVATE_ADDRESSES',
    fallback: 'false',
    meaning: 'true lets http-requests and webhooks call private and loopback addresses',
  },
  {
    name: 'BATCHLINE_CATALOGUES',
    fallback: '',
    meaning: 'Folder with catalogues of your own (nb.json, sv.json, …) that add to the shipped translations',
  },
  { name: 'BATCHLINE_BODY_LIMIT', fallback: '1048576', meaning: 'Largest request body in bytes' },
  { name: 'BATCHLINE_UPLOAD_LIMIT', fallback: '10737418240', meaning: 'Largest upload in bytes' },
  {
    name: 'BATCHLINE_UPLOAD_QUOTA',
    fallback: '107374182400',
    meaning: 'Bytes that the uploads of one tenant may take in all',
  },
  {
    name: 'BATCHLINE_DISK_RESERVE',
    fallback: '268435456',
    meaning: 'Bytes of the disk that uploads leave free for everything else',
  },
  { name: 'BATCHLINE_RESULT_LIMIT', fallback: '10737418240', meaning: 'Largest result file in bytes' },
  {
    name: 'BATCHLINE_RETENTION',
    fallback: 'Succeeded=30d,Failed=90d',
    meaning: 'How long tasks are kept after their last change, by state; a state that is not named is kept',
  },
  {
    name: 'BATCHLINE_UPLOAD_RETENTION',
    fallback: '30d',
    meaning: 'How long an upload is kept that no task reads; never keeps it',
  },
  {
    name: 'BATCHLINE_AUDIT_RETENTION',
    fallback: '365d',
    meaning: 'How long the history of a task is kept that is gone; never keeps it',
  },
  {
    name: 'BATCHLINE_FILES',
    fallback: 'files in BATCHLINE_DATA',
    meaning: 'Where result files and uploads are kept: a folder, or s3://bucket/prefix',
  },
  {
    name: 'BATCHLINE_S3_ENDPOINT',
    fallback: '',
    meaning: 'Address of an S3-compatible service; without it Amazon S3',
  },
  { name: 'BATCHLINE_S3_REGION', fallback: '', meaning: 'Its region; without it AWS_REGION' },
  {
    name: 'BATCHLINE_S3_ACCESS_KEY',
    fallback: '',
    meaning: 'Access key; without it the AWS variables, profiles and roles count',
  },
  { name: 'BATCHLINE_S3_SECRET_KEY', fallback: '', meaning: 'Secret of the access key' },
  { name: 'BATCHLINE_LIST_LIMIT', fallback: '1000', meaning: 'Most tasks in one list (1 to 10000)' },
  {
    name: 'BATCHLINE_LIST_TIMEOUT',
    fallback: '10',
    meaning: 'Timeout for reading a list from the database, in seconds (1 to 300)',
  },
  {
    name: 'BATCHLINE_TEXT_LIMIT',
    fallback: '254',
    meaning: 'Longest Description, Response, Request and ProgressDescription (254 to 65535)',
  },
  {
    name: 'BATCHLINE_TIME_ZONE',
    fallback: 'UTC',
    meaning: 'Time zone of callers who name none: a code such as NO, or an IANA name',
  },
  {
    name: 'BATCHLINE_SIGN_IN',
    fallback: 'basic,bearer,jwt,ticket,cookie',
    meaning: 'The ways to sign in that are on, separated by commas',
  },
  {
    name: 'BATCHLINE_MIN_PASSWORD_LENGTH',
    fallback: '8',
    meaning: 'Minimum length of a new password, in characters (1 to 1000)',
  },
  {
    name: 'BATCHLINE_TICKET_MINUTES',
    fallback: '360',
    meaning: 'Minutes without use after which a SoTicket ends (1 to 43200)',
  },
  {
    name: 'BATCHLINE_SESSION_MINUTES',
    fallback: '60',
    meaning: 'Minutes without use after which a cookie session ends (1 to 43200)',
  },
  {
    name: 'BATCHLINE_SIGN_IN_HOURS',
    fallback: '168',
    meaning: 'Hours after which a SoTicket or cookie session ends however much it is used (1 to 8760)',
  },
  {
    name: 'BATCHLINE_SIGN_IN_FAILURES',
    fallback: '5',
    meaning: 'Wrong passwords for one login from one address before it has to wait (1 to 1000)',
  },
  {
    name: 'BATCHLINE_REQUIRE_APP_TOKEN',
    fallback: 'false',
    meaning:
      'true refuses calls without the SO-AppToken of a registered application; cookie sessions need none',
  },
  {
    name: 'BATCHLINE_TRUST_PROXY',
    fallback: '',
    meaning: 'Addresses or networks of proxies whose X-Forwarded headers count, separated by commas',
  },
  {
    name: 'BATCHLINE_CORS_ORIGINS',
    fallback: '',
    meaning: 'Origins (https://app.example.com) whose scripts may call, separated by commas; * for all',
  },
  {
    name: 'BATCHLINE_HSTS',
    fallback: '0',
    meaning: 'Strict-Transport-Security max-age in seconds, sent over https; 0 sends none',
  },
  {
    name: 'BATCHLINE_RATE_LIMIT',
    fallback: '0',
    meaning: 'Requests a second of one caller, in each process; 0 is any number',
  },
  {
    name: 'BATCHLINE_RATE_BURST',
    fallback: 'ten times as many',
    meaning: 'Requests of one caller at once after a pause (1 to 1000000)',
  },
  {
    name: 'BATCHLINE_REQUEST_TIMEOUT',
    fallback: '3600',
    meaning: 'Seconds in which a request must have come to its end, uploads included (10 to 86400)',
  },
  {
    name: 'BATCHLINE_OIDC_ISSUER',
    fallback: '',
    meaning: 'Address of the OIDC issuer whose JWTs sign in, exactly as in their iss',
  },
  {
    name: 'BATCHLINE_OIDC_AUDIENCE',
    fallback: '',
    meaning: 'What the aud of its JWTs must be; needed with BATCHLINE_OIDC_ISSUER',
  },
  {
    name: 'BATCHLINE_OIDC_JWKS',
    fallback: '',
    meaning: 'Address of its keys; without it the discovery document of the issuer tells it',
  },
  {
    name: 'BATCHLINE_OIDC_SKEW',
    fallback: '30',
    meaning: 'Seconds by which its clock may differ (0 to 600)',
  },
  {
    name: 'BATCHLINE_OIDC_LOGIN_CLAIM',
    fallback: 'preferred_username',
    meaning: 'Claim that names the login; email counts only where it is verified',
  },
  {
    name: 'BATCHLINE_OIDC_ROLES_CLAIM',
    fallback: '',
    meaning: 'Claim with the roles, dots for claims inside; without it they are those of the associate',
  },
  {
    name: 'BATCHLINE_OIDC_TENANT_CLAIM',
    fallback: '',
    meaning: 'Claim with the DatabaseSerialNumber; without it it is that of the associate',
  },
  {
    name: 'BATCHLINE_OIDC_SCOPES_CLAIM',
    fallback: '',
    meaning:
      'Claim with the scopes (read, write, admin, with or without batchline. in front); without it all',
  },
  {
    name: 'BATCHLINE_OIDC_CREATE',
    fallback: 'false',
    meaning: 'true makes an associate of an unknown login; otherwise it is refused',
  },
  {
    name: 'BATCHLINE_URL',
    fallback: '',
    meaning: 'Server that `batchline work`, `task`, `definition` and `schedule` call',
  },
  { name: 'BATCHLINE_TOKEN', fallback: '', meaning: 'Its token; for `work` with the scope worker' },
  {
    name: 'BATCHLINE_EVENT_HEARTBEAT',
    fallback: '15',
    meaning:
      'Seconds between the signs of life of an event stream, when its sign-in is looked at again (1 to 300)',
  },
  {
    name: 'BATCHLINE_WEBHOOK_RETRY',
    fallback: '10',
    meaning:
      'Seconds before the second try of a webhook delivery; then three times as long each time (1 to 3600)',
  },
  {
    name: 'BATCHLINE_WEBHOOK_TRIES',
    fallback: '8',
    meaning: 'Tries after which a webhook delivery is dead (1 to 20)',
  },
  {
    name: 'BATCHLINE_WEBHOOK_LIMIT',
    fallback: '100',
    meaning: 'Maximum number of webhooks per tenant (1 to 100000)',
  },
  {
    name: 'BATCHLINE_METRICS',
    fallback: 'sign-in',
    meaning: 'Who may read /metrics: sign-in (those who may see every task), open (everybody) or off',
  },
  {
    name: 'BATCHLINE_MONITORING_PORT',
    fallback: '',
    meaning: 'Separate port for /health and /metrics, without sign-in; 0 takes a free one, none opens none',
  },
  {
    name: 'BATCHLINE_MONITORING_HOST',
    fallback: '127.0.0.1',
    meaning: 'Address that BATCHLINE_MONITORING_PORT listens on',
  },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: 'trace, debug, info, warn, error, fatal or silent' },
];

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads settings one by one and collects what is wrong with them. */
class SettingsReader {
  readonly problems: string[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      this.problems.push(`${name} is "${text}"; a whole number from ${least} to ${most} is accepted.`);
      return fallback;
    }
    return value;
  }

  flag(name: string): boolean {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined || text === 'false' || text === '0') return false;
    if (text === 'true' || text === '1') return true;
    this.problems.push(`${name} is "${text}"; true or false is accepted.`);
    return false;
  }

  /** A flag that the program may decide itself, `undefined`. */
  flagOrAuto(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase() ?? 'auto';
    if (['true', '1', 'false', '0'].includes(text)) return this.flag(name);
    if (text !== 'auto') this.problems.push(`${name} is "${text}"; auto, true or false is accepted.`);
    return undefined;
  }

  /** An address of PostgreSQL. */
  postgres(name: string): string | undefined {
    const url = this.text(name);
    if (url !== undefined && !/^postgres(ql)?:\/\/./.test(url))
      this.problems.push(
        `${name} is not a PostgreSQL address; postgres://user:password@host:port/database is accepted.`,
      );
    return url;
  }

  parsed<T>(name: string, fallback: string, parse: (text: string) => T): T {
    try {
      return parse(this.text(name) ?? fallback);
    } catch (error) {
      this.problems.push(`${name}: ${(error as Error).message}`);
      return parse(fallback);
    }
  }

  refuse(problem: string): void {
    this.problems.push(problem);
  }
}

/** How callers may sign in, by the settings. */
function readSignIn(read: SettingsReader): SignInConfig {
  const names = listOf(read.text('BATCHLINE_SIGN_IN')?.toLowerCase());
  const schemes = SIGN_IN_SCHEMES.filter((scheme) => names.length === 0 || names.includes(scheme));
  const unknown = names.find((name) => !(SIGN_IN_SCHEMES as readonly string[]).includes(name));
  if (unknown !== undefined)
    read.refuse(`BATCHLINE_SIGN_IN names "${unknown}"; ${SIGN_IN_SCHEMES.join(', ')} are accepted.`);
  const minutes = (name: string, fallback: number): number =>
    60_000 * read.integer(name, fallback, 1, 43_200);
  return {
    schemes,
    ticketIdleMs: minutes('BATCHLINE_TICKET_MINUTES', 360),
    sessionIdleMs: minutes('BATCHLINE_SESSION_MINUTES', 60),
    mostMs: 3_600_000 * read.integer('BATCHLINE_SIGN_IN_HOURS', 168, 1, 8760),
    freeFailures: read.integer('BATCHLINE_SIGN_IN_FAILURES', 5, 1, 1000),
    minPasswordLength: read.integer('BATCHLINE_MIN_PASSWORD_LENGTH', 8, 1, 1000),
    requireAppToken: read.flag('BATCHLINE_REQUIRE_APP_TOKEN'),
    oidc: readOidc(read),
  };
}

function readOidc(read: SettingsReader): OidcConfig | undefined {
  const issuer = readHttps(read, 'BATCHLINE_OIDC_ISSUER');
  const audience = read.text('BATCHLINE_OIDC_AUDIENCE');
  const oidc = {
    jwks: readHttps(read, 'BATCHLINE_OIDC_JWKS'),
    skewSeconds: read.integer('BATCHLINE_OIDC_SKEW', 30, 0, 600),
    loginClaim: read.text('BATCHLINE_OIDC_LOGIN_CLAIM') ?? 'preferred_username',
    rolesClaim: read.text('BATCHLINE_OIDC_ROLES_CLAIM'),
    tenantClaim: read.text('BATCHLINE_OIDC_TENANT_CLAIM'),
    scopesClaim: read.text('BATCHLINE_OIDC_SCOPES_CLAIM'),
    create: read.flag('BATCHLINE_OIDC_CREATE'),
  };
  if (issuer === undefined && audience === undefined) return undefined;
  if (issuer === undefined || audience === undefined) {
    const [given, wanted] = issuer === undefined ? ['AUDIENCE', 'ISSUER'] : ['ISSUER', 'AUDIENCE'];
    read.refuse(
      `BATCHLINE_OIDC_${given} is set without BATCHLINE_OIDC_${wanted}; both or none are accepted.`,
    );
    return undefined;
  }
  return { issuer, audience, ...oidc };
}

/** An address that nobody on the way can answer for: https, or http within this machine. */
function readHttps(read: SettingsReader, name: string): string | undefined {
  const text = read.text(name);
  if (text === undefined || isTrustworthy(text)) return text;
  read.refuse(`${name} is "${shown(text)}"; an https address is accepted, or http on a loopback address.`);
  return undefined;
}

/** Whether what comes from this address can be trusted: https, or http within this machine. */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\..*|\[::1\])$/.test(hostname));
}

/** Where files are kept, by the settings. */
function readFilesPlace(read: SettingsReader, dataFolder: string): FilesPlace {
  const text = read.text('BATCHLINE_FILES');
  const endpoint = read.text('BATCHLINE_S3_ENDPOINT');
  const region =
    read.text('BATCHLINE_S3_REGION') ??
    read.text('AWS_REGION') ??
    (endpoint === undefined ? undefined : 'us-east-1');
  const accessKeyId = read.text('BATCHLINE_S3_ACCESS_KEY');
  const secretAccessKey = read.text('BATCHLINE_S3_SECRET_KEY');
  if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint))
    read.refuse(
      `BATCHLINE_S3_ENDPOINT is "${shown(endpoint)}"; an address such as https://s3.example.com is accepted.`,
    );
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const [given, wanted] = accessKeyId === undefined ? ['SECRET', 'ACCESS'] : ['ACCESS', 'SECRET'];
    read.refuse(
      `BATCHLINE_S3_${given}_KEY is set without BATCHLINE_S3_${wanted}_KEY; both or none are accepted.`,
    );
  }
  if (text === undefined) return { kind: 'folder', folder: join(dataFolder, 'files') };
  if (!/^[a-z0-9+]+:\/\//i.test(text)) return { kind: 'folder', folder: resolve(text) };
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined)
    read.refuse(`BATCHLINE_FILES is "${shown(text)}"; a folder or s3://bucket/prefix is accepted.`);
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3',
    bucket: bucket ?? '',
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    region,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey },
  };
}

function readMetrics(read: SettingsReader): MetricsAccess {
  const text = read.text('BATCHLINE_METRICS')?.toLowerCase() ?? 'sign-in';
  const access = METRICS_ACCESS.find((one) => one === text);
  if (access === undefined)
    read.refuse(`BATCHLINE_METRICS is "${text}"; ${METRICS_ACCESS.join(', ')} are accepted.`);
  return access ?? 'off';
}

function readMonitoring(read: SettingsReader): Config['monitoring'] {
  const port = read.integer('BATCHLINE_MONITORING_PORT', -1, 0, 65_535);
  const host = read.text('BATCHLINE_MONITORING_HOST') ?? '127.0.0.1';
  return port === -1 ? undefined : { host, port };
}

/** The kind of database, which must go with there being an address or not. */
function readBackend(read: SettingsReader, databaseUrl: string | undefined): BackendName {
  const fallback = databaseUrl === undefined ? 'pglite' : 'postgres';
  const text = read.text('DATABASE_BACKEND')?.toLowerCase() ?? fallback;
  const accepted = BACKEND_NAMES.filter((name) => (name === 'pglite') === (databaseUrl === undefined));
  const backend = accepted.find((name) => name === text);
  if (backend === undefined)
    read.refuse(
      databaseUrl === undefined
        ? `DATABASE_BACKEND is "${text}" without DATABASE_URL; pglite is accepted there, and with it ${BACKEND_NAMES.filter((name) => name !== 'pglite').join(', ')}.`
        : `DATABASE_BACKEND is "${text}"; with DATABASE_URL ${accepted.join(', ')} are accepted.`,
    );
  return backend ?? fallback;
}

function readTrustProxy(read: SettingsReader): readonly string[] {
  const proxies = listOf(read.text('BATCHLINE_TRUST_PROXY'));
  for (const proxy of proxies) {
    if (!ipaddr.isValid(proxy) && !ipaddr.isValidCIDR(proxy))
      read.refuse(
        `BATCHLINE_TRUST_PROXY names "${proxy}"; addresses such as 10.0.0.1 and networks such as 10.0.0.0/8 are accepted.`,
      );
  }
  return proxies;
}

/** Origins as browsers send them, or `*` for all of them. */
function readOrigins(read: SettingsReader): readonly string[] {
  const origins = listOf(read.text('BATCHLINE_CORS_ORIGINS'));
  for (const origin of origins) {
    if (origin === '*' && origins.length === 1) continue;
    if (!/^https?:/.test(origin) || URL.parse(origin)?.origin !== origin)
      read.refuse(
        `BATCHLINE_CORS_ORIGINS names "${origin}"; origins such as https://app.example.com, without a path, or * alone for all of them are accepted.`,
      );
  }
  return origins;
}

function readRateLimit(read: SettingsReader): Config['rateLimit'] {
  const perSecond = read.integer('BATCHLINE_RATE_LIMIT', 0, 0, 100_000);
  const burst = read.integer('BATCHLINE_RATE_BURST', perSecond * 10, 1, 1_000_000);
  return perSecond === 0 ? undefined : { perSecond, burst };
}

/** An address as it may be shown: without the name and password in it. */
function shown(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//***@');
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

/** The variables of a settings file (`KEY=value` lines, `#` comments), for `--env-file`-like use. */
function readSettingsFile(path: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    const match = /^\s*([A-Z_][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) settings[match[1]] = match[2];
  }
  return settings;
}

/**
 * Reads and checks all settings.
 *
 * @param env the variables; a file named by `BATCHLINE_CONFIG` stands behind them
 * @throws OperatorError `SETTINGS_INVALID` with one line for each wrong setting
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const file = env.BATCHLINE_CONFIG?.trim();
  if (file && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new OperatorError('SETTINGS_INVALID', [
      `BATCHLINE_CONFIG is "${file}"; the path of a file that exists is accepted.`,
    ]);
  }
  const read = new SettingsReader(file ? { ...readSettingsFile(file), ...env } : env);

  const databaseUrl = read.postgres('DATABASE_URL');
  const polls = read.text('DATABASE_LISTEN_URL')?.toLowerCase() === 'poll';
  const databaseListenUrl = polls ? 'poll' : read.postgres('DATABASE_LISTEN_URL');
  if (databaseListenUrl !== undefined && databaseUrl === undefined)
    read.refuse('DATABASE_LISTEN_URL is set without DATABASE_URL; both or none are accepted.');

  const databaseBackend = readBackend(read, databaseUrl);

  const adminText = read.text('BATCHLINE_ADMIN');
  const admin = adminText === undefined ? undefined : /^([^:\s]{1,100}):(.+)$/.exec(adminText);
  const signIn = readSignIn(read);
  if (admin === null || (admin !== undefined && (admin[2] ?? '').length < signIn.minPasswordLength)) {
    read.refuse(
      `BATCHLINE_ADMIN is not login:password; a login without spaces, a colon and a password of at least ${signIn.minPasswordLength} characters are accepted.`,
    );
  }

  const handlers = listOf(read.text('BATCHLINE_HANDLERS')).map((path) => resolve(path));
  for (const path of handlers) {
    if (!existsSync(path))
      read.refuse(`BATCHLINE_HANDLERS names "${path}"; a module or folder that exists is accepted.`);
  }

  const inputFolder = read.text('BATCHLINE_INPUT');
  if (inputFolder !== undefined && !statSync(inputFolder, { throwIfNoEntry: false })?.isDirectory()) {
    read.refuse(`BATCHLINE_INPUT is "${inputFolder}"; a folder that exists is accepted.`);
  }

  const catalogueFolder = read.text('BATCHLINE_CATALOGUES');
  if (catalogueFolder !== undefined && !existsSync(catalogueFolder)) {
    read.refuse(`BATCHLINE_CATALOGUES is "${catalogueFolder}"; a folder that exists is accepted.`);
  }

  const serialNumber = read.text('BATCHLINE_SERIAL') ?? 'batchline';
  if (serialNumber.length > DEFAULT_TEXT_LIMITS.databaseSerialNumber) {
    read.refuse(`BATCHLINE_SERIAL is ${serialNumber.length} characters long; at most 39 are accepted.`);
  }

  const zoneName = read.text('BATCHLINE_TIME_ZONE') ?? UTC.code;
  const timeZone = findTimeZone(zoneName);
  if (timeZone === undefined) {
    read.refuse(
      `BATCHLINE_TIME_ZONE is "${zoneName}"; a code such as NO or US-NY or an IANA name such as Europe/Oslo is accepted.`,
    );
  }

  const workerUrl = read.text('BATCHLINE_URL');
  if (workerUrl !== undefined && !/^https?:\/\/./.test(workerUrl)) {
    read.refuse(
      `BATCHLINE_URL is "${shown(workerUrl)}"; an address such as http://127.0.0.1:7243 is accepted.`,
    );
  }

  const logLevel = read.text('LOG_LEVEL') ?? 'info';
  if (!LOG_LEVELS.includes(logLevel)) {
    read.refuse(`LOG_LEVEL is "${logLevel}"; ${LOG_LEVELS.join(', ')} are accepted.`);
  }

  const textLimit = read.integer('BATCHLINE_TEXT_LIMIT', DEFAULT_TEXT_LIMITS.description, 254, 65_535);
  const config: Config = {
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', 7243, 0, 65_535),
    dataFolder: resolve(read.text('BATCHLINE_DATA') ?? './data'),
    databaseUrl,
    databaseBackend,
    databasePool: read.integer('BATCHLINE_DATABASE_POOL', 10, 3, 200),
    databaseTimeoutSeconds: read.integer('BATCHLINE_DATABASE_TIMEOUT', 60, 1, 3600),
    databaseListenUrl,
    databasePooler: read.flagOrAuto('BATCHLINE_DATABASE_POOLER'),
    idleTransactionSeconds: read.integer('BATCHLINE_IDLE_TRANSACTION', 30, 1, 3600),
    runTransactionSeconds: read.integer('BATCHLINE_RUN_TRANSACTION_SECONDS', DEFAULT_RUN_SECONDS, 1, 3600),
    admin:
      admin?.[1] !== undefined && admin[2] !== undefined
        ? { login: admin[1], password: admin[2] }
        : undefined,
    handlers,
    serialNumber,
    concurrency: read.integer('BATCHLINE_CONCURRENCY', 20, 1, 1000),
    threads: read.integer('BATCHLINE_THREADS', availableParallelism(), 1, 256),
    leaseSeconds: read.integer('BATCHLINE_LEASE', 30, 2, 3600),
    graceSeconds: read.integer('BATCHLINE_GRACE', 10, 0, 3600),
    inputFolder: inputFolder === undefined ? undefined : resolve(inputFolder),
    catalogueFolder: catalogueFolder === undefined ? undefined : resolve(catalogueFolder),
    allowPrivateAddresses: read.flag('BATCHLINE_ALLOW_PRIVATE_ADDRESSES'),
    bodyLimit: read.integer('BATCHLINE_BODY_LIMIT', 1_048_576, 1024, 1_073_741_824),
    uploadLimit: read.integer('BATCHLINE_UPLOAD_LIMIT', 10_737_418_240, 1, Number.MAX_SAFE_INTEGER),
    uploadQuota: read.integer('BATCHLINE_UPLOAD_QUOTA', 107_374_182_400, 1, Number.MAX_SAFE_INTEGER),
    diskReserve: read.integer('BATCHLINE_DISK_RESERVE', 268_435_456, 0, Number.MAX_SAFE_INTEGER),
    resultLimit: read.integer('BATCHLINE_RESULT_LIMIT', 10_737_418_240, 1, Number.MAX_SAFE_INTEGER),
    retention: {
      tasks: read.parsed('BATCHLINE_RETENTION', 'Succeeded=30d,Failed=90d', parseRules),
      uploads: read.parsed('BATCHLINE_UPLOAD_RETENTION', '30d', readRetention),
      audit: read.parsed('BATCHLINE_AUDIT_RETENTION', '365d', readRetention),
    },
    files: readFilesPlace(read, resolve(read.text('BATCHLINE_DATA') ?? './data')),
    listLimit: read.integer('BATCHLINE_LIST_LIMIT', 1000, 1, 10_000),
    listSeconds: read.integer('BATCHLINE_LIST_TIMEOUT', 10, 1, 300),
    textLimits: {
      ...DEFAULT_TEXT_LIMITS,
      description: textLimit,
      response: textLimit,
      request: textLimit,
      progressDescription: textLimit,
    },
    timeZone: timeZone ?? UTC,
    signIn,
    corsOrigins: readOrigins(read),
    hstsSeconds: read.integer('BATCHLINE_HSTS', 0, 0, 63_072_000),
    rateLimit: readRateLimit(read),
    requestTimeoutSeconds: read.integer('BATCHLINE_REQUEST_TIMEOUT', 3600, 10, 86_400),
    trustProxy: readTrustProxy(read),
    workerUrl,
    workerToken: read.text('BATCHLINE_TOKEN'),
    eventHeartbeatSeconds: read.integer('BATCHLINE_EVENT_HEARTBEAT', 15, 1, 300),
    webhooks: {
      retrySeconds: read.integer('BATCHLINE_WEBHOOK_RETRY', 10, 1, 3600),
      tries: read.integer('BATCHLINE_WEBHOOK_TRIES', 8, 1, 20),
      limit: read.integer('BATCHLINE_WEBHOOK_LIMIT', 100, 1, 100_000),
    },
    metrics: readMetrics(read),
    monitoring: readMonitoring(read),
    logLevel,
    nodeId: randomUUID(),
  };
  if (read.problems.length > 0) throw new OperatorError('SETTINGS_INVALID', read.problems);
  return config;
}
