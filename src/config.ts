import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { OperatorError } from './core/errors.ts';
import { DEFAULT_TEXT_LIMITS, type TextLimits } from './core/limits.ts';
import { domainOf } from './core/notification.ts';
import { BACKEND_NAMES, type BackendName } from './db/database.ts';
import type { FilesPlace } from './files/blob-store.ts';
import { masked, type ValueOf, type ValuesOf } from './settings/kinds.ts';
import { MAIL, type SmtpServer } from './settings/mail-settings.ts';
import { CELLS, CLIENT, DATABASE, HTTP, MONITORING, SERVER } from './settings/server-settings.ts';
import { type Environment, type RenamedSetting, SettingsReader } from './settings/settings.ts';
import { ADMINISTRATOR, OIDC, SIGN_IN, type SignInScheme } from './settings/sign-in-settings.ts';
import { EVENTS, FILES, RETENTION, TASKS, WEBHOOKS } from './settings/task-settings.ts';

export type { SignInScheme } from './settings/sign-in-settings.ts';

// Each setting is declared once, in src/settings. This file reads them, checks the ones that depend on each other, and
// arranges them for the parts of the program that use them.

type Oidc = ValuesOf<typeof OIDC>;
type Server = ValuesOf<typeof SERVER>;
type Database = ValuesOf<typeof DATABASE>;
type Http = ValuesOf<typeof HTTP>;
type Files = ValuesOf<typeof FILES>;

/** The claims of an OIDC issuer, and how they become associates and rights. */
export interface OidcClaims extends Oidc {
  readonly issuer: string;
}

/** An OIDC issuer whose JWTs sign in. */
export interface OidcConfig extends OidcClaims {
  readonly audience: string;
}

/** An OIDC provider at which people sign in to the page. */
export interface OidcClientConfig extends OidcClaims {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Sign-in methods, sessions and password rules. */
export interface SignInConfig extends ValuesOf<typeof SIGN_IN> {
  /** `undefined` if no issuer is set. */
  readonly oidc: OidcConfig | undefined;
  /** `undefined` if no client of an OIDC provider is set. */
  readonly oidcClient: OidcClientConfig | undefined;
}

/** Retries and limits of webhook deliveries. */
export type WebhookConfig = ValuesOf<typeof WEBHOOKS>;

/** The SMTP server and the sender of notifications. */
export interface MailConfig {
  readonly server: SmtpServer;
  /** The sender, with its name. */
  readonly from: string;
  /** The address of the sender alone. */
  readonly address: string;
  /** Domains that mail may be sent to; `*` allows all. */
  readonly domains: readonly string[];
}

/** Retention periods of tasks, uploads and audit records. */
export type RetentionConfig = ValuesOf<typeof RETENTION>;

/** Access to `/metrics`. */
export type MetricsAccess = ValueOf<typeof MONITORING.metrics>;

/** Validated settings of the server. */
export interface Config
  extends Omit<Server, 'settingsFile' | 'textLimit'>,
    Omit<Database, 'databaseBackend' | 'databasePooler'>,
    Pick<Http, 'trustProxy' | 'corsOrigins' | 'hstsSeconds'>,
    Pick<Files, 'resultLimit' | 'uploadLimit' | 'uploadQuota' | 'diskReserve'>,
    ValuesOf<typeof TASKS>,
    ValuesOf<typeof CELLS>,
    ValuesOf<typeof CLIENT>,
    ValuesOf<typeof ADMINISTRATOR> {
  readonly databaseBackend: BackendName;
  /** Whether `databaseUrl` is a transaction pooler; `undefined` detects it. */
  readonly databasePooler: boolean | undefined;
  readonly files: FilesPlace;
  readonly retention: RetentionConfig;
  readonly textLimits: TextLimits;
  readonly signIn: SignInConfig;
  /** Request rate of one caller; `undefined` sets no limit. */
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | undefined;
  readonly eventHeartbeatSeconds: number;
  readonly webhooks: WebhookConfig;
  /** `undefined` if there is no SMTP server: notifications can't be sent by e-mail. */
  readonly mail: MailConfig | undefined;
  /** Address of the dashboard, without a trailing slash; `undefined` if it is not known. */
  readonly publicUrl: string | undefined;
  readonly metrics: MetricsAccess;
  /** Separate port for `/health` and `/metrics`; `undefined` opens none. */
  readonly monitoring: { readonly host: string; readonly port: number } | undefined;
  readonly logLevel: ValueOf<typeof MONITORING.logLevel>;
  /** Settings that were given under an earlier name. */
  readonly renamedSettings: readonly RenamedSetting[];
  /** Identifies this process in leases and logs. */
  readonly nodeId: string;
}

/**
 * Reads and checks all settings.
 *
 * @param env the variables; they take precedence over the file that `BATCHLINE_CONFIG` names
 * @throws OperatorError `SETTINGS_INVALID` with one line for each wrong setting
 */
export function readConfig(env: Environment): Config {
  const reader = new SettingsReader(env, settingsFileOf(env));
  const { settingsFile: _, textLimit, ...server } = reader.group(SERVER);
  const database = reader.group(DATABASE);
  const files = reader.group(FILES);
  const monitoring = reader.group(MONITORING);
  const { rateLimitPerSecond: perSecond, rateBurst: burst = 10 * perSecond, ...http } = reader.group(HTTP);
  const config: Config = {
    ...server,
    ...database,
    ...http,
    ...reader.group(TASKS),
    ...reader.group(CELLS),
    ...reader.group(CLIENT),
    ...reader.group(ADMINISTRATOR),
    databaseBackend: checkBackend(reader, database),
    databasePooler: database.databasePooler === 'auto' ? undefined : database.databasePooler,
    resultLimit: files.resultLimit,
    uploadLimit: files.uploadLimit,
    uploadQuota: files.uploadQuota,
    diskReserve: files.diskReserve,
    files: readFilesPlace(reader, files, server.dataFolder),
    retention: reader.group(RETENTION),
    textLimits: {
      ...DEFAULT_TEXT_LIMITS,
      description: textLimit,
      response: textLimit,
      request: textLimit,
      progressDescription: textLimit,
    },
    signIn: readSignIn(reader),
    rateLimit: perSecond === 0 ? undefined : { perSecond, burst },
    eventHeartbeatSeconds: reader.group(EVENTS).heartbeatSeconds,
    webhooks: reader.group(WEBHOOKS),
    mail: readMail(reader),
    publicUrl: reader.value(MAIL.publicUrl)?.replace(/\/+$/, ''),
    metrics: monitoring.metrics,
    monitoring:
      monitoring.monitoringPort === undefined
        ? undefined
        : { host: monitoring.monitoringHost, port: monitoring.monitoringPort },
    logLevel: monitoring.logLevel,
    renamedSettings: reader.renamed,
    nodeId: randomUUID(),
  };
  checkAdministrator(reader, config);
  checkCell(reader, config);
  if (reader.problems.length > 0) throw new OperatorError('SETTINGS_INVALID', reader.problems);
  return config;
}

/** Logs a warning for each setting that was given under an earlier name. */
export function logRenamedSettings({ renamedSettings }: Config, log: Logger): void {
  for (const { alias, name } of renamedSettings)
    log.warn({ event: 'settings.renamed', setting: alias, name }, 'setting has a new name');
}

/** Returns the settings file. A file that can't be read would hide every other problem, so it is reported alone. */
function settingsFileOf(env: Environment): string | undefined {
  const reader = new SettingsReader(env, undefined);
  const file = reader.value(SERVER.settingsFile);
  if (reader.problems.length > 0) throw new OperatorError('SETTINGS_INVALID', reader.problems);
  return file;
}

/** Returns the backend. Refuses one that contradicts whether DATABASE_URL is set. */
function checkBackend(reader: SettingsReader, database: Database): BackendName {
  const { databaseUrl, databaseListenUrl } = database;
  if (databaseListenUrl !== undefined && databaseUrl === undefined)
    reader.refuse('DATABASE_LISTEN_URL is set without DATABASE_URL; both or none are accepted.');
  const fallback = databaseUrl === undefined ? 'pglite' : 'postgres';
  const backend = database.databaseBackend ?? fallback;
  if ((backend === 'pglite') === (databaseUrl === undefined)) return backend;
  const others = BACKEND_NAMES.filter((name) => name !== 'pglite').join(', ');
  reader.refuse(
    databaseUrl === undefined
      ? `DATABASE_BACKEND is "${backend}" without DATABASE_URL, which requires pglite; set DATABASE_URL to use ${others}.`
      : `DATABASE_BACKEND is "${backend}"; with DATABASE_URL ${others} are accepted.`,
  );
  return fallback;
}

/** Refuses a cell without the control database, or without PostgreSQL. */
function checkCell(reader: SettingsReader, { cell, controlUrl, databaseUrl }: Config): void {
  if (cell === undefined) return;
  for (const [name, value] of [
    [CELLS.controlUrl.name, controlUrl],
    [DATABASE.databaseUrl.name, databaseUrl],
  ] as const)
    if (value === undefined) reader.refuse(`BATCHLINE_CELL is set without ${name}; a cell requires both.`);
}

function checkAdministrator(reader: SettingsReader, { admin, signIn }: Config): void {
  if (admin === undefined || !signIn.passwords) return;
  if (admin.password === undefined)
    reader.refuse(
      `BATCHLINE_ADMIN is not login:password; a login without spaces, a colon and a password are accepted.`,
    );
  else if (admin.password.length < signIn.minPasswordLength)
    reader.refuse(
      `The password of BATCHLINE_ADMIN is too short; at least ${signIn.minPasswordLength} characters are accepted.`,
    );
}

function readSignIn(reader: SettingsReader): SignInConfig {
  const given = reader.group(SIGN_IN);
  const oidc = reader.group(OIDC);
  const { issuer, audience, clientId, clientSecret } = oidc;
  // Tickets are only issued for passwords.
  const needsPassword = (scheme: SignInScheme): boolean => scheme === 'basic' || scheme === 'ticket';
  const schemes = given.passwords ? given.schemes : given.schemes.filter((one) => !needsPassword(one));
  const signIn = { ...given, schemes };
  refuseHalf(reader, [OIDC.clientId.name, clientId], [OIDC.clientSecret.name, clientSecret]);
  if (clientId === undefined || audience !== undefined || issuer === undefined)
    refuseHalf(reader, [OIDC.issuer.name, issuer], [OIDC.audience.name, audience]);
  if (clientId !== undefined && clientSecret !== undefined && issuer === undefined)
    reader.refuse(`${OIDC.clientId.name} is set without ${OIDC.issuer.name}; both or none are accepted.`);
  if (clientId !== undefined && !signIn.schemes.includes('cookie'))
    reader.refuse(`${OIDC.clientId.name} is set, but ${SIGN_IN.schemes.name} does not include cookie.`);
  if (oidc.clientRedirect && clientId === undefined)
    reader.refuse(`${OIDC.clientRedirect.name} is true without ${OIDC.clientId.name}; it requires both.`);
  if (!signIn.passwords && issuer === undefined)
    reader.refuse(
      `${SIGN_IN.passwords.name} is false without ${OIDC.issuer.name}; then no one could sign in, so both are required.`,
    );
  return {
    ...signIn,
    oidc: issuer === undefined || audience === undefined ? undefined : { ...oidc, issuer, audience },
    oidcClient:
      issuer === undefined || clientId === undefined || clientSecret === undefined
        ? undefined
        : { ...oidc, issuer, clientId, clientSecret },
  };
}

function readMail(reader: SettingsReader): MailConfig | undefined {
  const [server, from] = [reader.value(MAIL.smtp), reader.value(MAIL.from)];
  refuseHalf(reader, [MAIL.smtp.name, server], [MAIL.from.name, from]);
  const domains = reader.value(MAIL.domains);
  if (server === undefined || from === undefined) return undefined;
  const { text, address } = from;
  return { server, from: text, address, domains: domains ?? [domainOf(address)] };
}

/** Resolves where files are stored: a folder, or a bucket of S3. */
function readFilesPlace(reader: SettingsReader, files: Files, dataFolder: string): FilesPlace {
  const { place, s3Endpoint: endpoint, s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey } = files;
  refuseHalf(reader, [FILES.s3AccessKey.name, accessKeyId], [FILES.s3SecretKey.name, secretAccessKey]);
  if (place === undefined) return { kind: 'folder', folder: join(dataFolder, 'files') };
  if (!/^[a-z0-9+]+:\/\//i.test(place)) return { kind: 'folder', folder: resolve(place) };
  const [, bucket = '', path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === '')
    reader.refuse(`BATCHLINE_FILES is "${masked(place)}"; a folder or s3://bucket/prefix is accepted.`);
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    // Services other than Amazon ignore the region, but the client needs one.
    region: files.s3Region ?? reader.foreign('AWS_REGION') ?? (endpoint && 'us-east-1'),
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey },
  };
}

/** Refuses one of two settings without the other. */
function refuseHalf(reader: SettingsReader, ...pair: readonly (readonly [string, unknown])[]): void {
  const given = pair.find(([, value]) => value !== undefined);
  const absent = pair.find(([, value]) => value === undefined);
  if (given !== undefined && absent !== undefined)
    reader.refuse(`${given[0]} is set without ${absent[0]}; both or none are accepted.`);
}
