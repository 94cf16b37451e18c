import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { databaseUnreachable } from './errors.ts';
import type { Schema } from './schema.ts';

/** The control database. Statements name its tables, in the schema `batchline_control`. */
export type Control = Kysely<Schema>;

const CONNECT_MS = 5000;
const STATEMENT_MS = 10_000;
/** Idle connections are closed after this time, so that a process has none most of the time. */
const IDLE_MS = 5000;

/** Opens the control database without connecting. @param onError called if an idle connection breaks */
export function openControl(url: string, onError: (error: Error) => void = () => undefined): Control {
  const pool = new pg.Pool({
    connectionString: url,
    // A move holds a lock on one connection.
    max: 2,
    application_name: 'batchline control',
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  pool.on('error', onError);
  // Without a listener, a connection that breaks while a transaction uses it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

const TABLES = [
  sql`create schema if not exists batchline_control`,
  sql`create table if not exists batchline_control.state (
    id int primary key check (id = 1),
    -- Incremented by each change of cells or tenants.
    version bigint not null,
    -- No id of a row that existed before the first cell was added is greater.
    id_base bigint not null default 0,
    -- Ids and slots that were reserved, also those of removed cells, whose rows may be in other cells.
    last_id int not null default 0,
    slots int not null default 0
  )`,
  sql`create table if not exists batchline_control.cell (
    name text primary key,
    endpoint text not null,
    database text not null,
    schema text not null,
    files text,
    slot int not null unique,
    first_id int not null,
    last_id int not null,
    is_default boolean not null,
    added timestamptz not null default now()
  )`,
  sql`create table if not exists batchline_control.tenant (
    key text primary key,
    tenant text not null,
    cell text not null references batchline_control.cell (name),
    -- A move of the tenant, until the rows in the old cell are deleted.
    move_from text references batchline_control.cell (name),
    move_to text references batchline_control.cell (name),
    phase text,
    changed timestamptz not null default now()
  )`,
  // Associates, tokens and applications without a tenant, which every cell has.
  sql`create table if not exists batchline_control.account (
    kind text not null,
    id int not null,
    content jsonb not null,
    primary key (kind, id)
  )`,
  sql`insert into batchline_control.state (id, version) values (1, 0) on conflict do nothing`,
  // By it, cells sign the callers that they vouch for.
  sql`alter table batchline_control.state add column if not exists secret text`,
];

/**
 * Creates the tables of the control database, unless they exist.
 *
 * @throws OperatorError `DATABASE_UNREACHABLE`
 */
export async function createControlTables(control: Control): Promise<void> {
  try {
    for (const statement of TABLES) await statement.execute(control);
    await sql`
      update batchline_control.state set secret = ${randomBytes(32).toString('base64url')}, version = version + 1
      where secret is null`.execute(control);
  } catch (error) {
    throw databaseUnreachable(error, 'BATCHLINE_CONTROL_URL');
  }
}
