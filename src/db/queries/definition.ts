import { type Kysely, sql, type Transaction } from 'kysely';
import type { DefinitionLimits } from '../../core/limits.ts';
import { type Message, type MessageData, messageOf, plainOf } from '../../core/message.ts';
import type { RetryPolicy } from '../../core/run-outcome.ts';
import { CancellationBehaviour, type CancellationBehaviourName, cancellationOf } from '../../core/task.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task.ts';

/** A definition that workers have declared. */
export interface WorkerDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the parameters, as text; `null` accepts anything. */
  readonly parameters: string | null;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: RetryPolicy;
  readonly leaseSeconds: number;
  /** The associate who declared it; 0 for a process with direct access to the database. */
  readonly declaredBy: number;
  /** When a worker last requested its tasks, within a few seconds. */
  readonly lastSeen: Date;
}

interface Row {
  readonly name: string;
  readonly description: string;
  readonly parameters: string | null;
  readonly cancellation: number;
  readonly retry: string;
  readonly lease_seconds: number;
  readonly declared_by: number;
  readonly last_seen: Date;
}

const DEFINITION_COLUMNS = sql<Row>`name, description, parameters, cancellation, retry, lease_seconds, declared_by, last_seen`;

/** The associate who declares a definition, and the tenant that they are restricted to. */
export interface Declarer {
  readonly associateId: number;
  readonly tenant: string | null;
}

/**
 * Inserts or replaces a definition. The name keeps the case of its first declaration.
 *
 * @returns `undefined` if the declarer is restricted to a tenant and the definition was declared in another one
 */
export async function upsertWorkerDefinition(
  db: Kysely<Schema>,
  definition: Omit<WorkerDefinition, 'declaredBy' | 'lastSeen'>,
  declarer: Declarer,
): Promise<WorkerDefinition | undefined> {
  const { description, parameters, leaseSeconds } = definition;
  const { associateId, tenant } = declarer;
  const nameKey = definition.name.toLowerCase();
  const cancellation = CancellationBehaviour[definition.cancellation];
  const retry = JSON.stringify(definition.retry);
  const { rows: inserted } = await sql<Row>`
    insert into batchline.worker_definition
      (name_key, name, description, parameters, cancellation, retry, lease_seconds, declared_by)
    values (${nameKey}, ${definition.name}, ${description}, ${parameters}, ${cancellation}, ${retry}, ${leaseSeconds},
      ${associateId})
    on conflict (name_key) do nothing
    returning ${DEFINITION_COLUMNS}`.execute(db);
  if (inserted[0] !== undefined) return toDefinition(inserted[0]);
  // A statement of its own, because Citus accepts no subquery in `on conflict … where`.
  const { rows: replaced } = await sql<Row>`
    update batchline.worker_definition as d set
      description = ${description}, parameters = ${parameters}, cancellation = ${cancellation}, retry = ${retry},
      lease_seconds = ${leaseSeconds}, declared = now(), declared_by = ${associateId}, last_seen = now()
    where d.name_key = ${nameKey} and (
      ${tenant}::text is null
      or d.declared_by = ${associateId}
      or d.declared_by in (select a.id from batchline.associate as a where a.tenant = ${tenant}))
    returning ${DEFINITION_COLUMNS}`.execute(db);
  return replaced[0] && toDefinition(replaced[0]);
}

/** Returns the definition with this name, regardless of case, or `undefined`. */
export async function findWorkerDefinition(
  db: Kysely<Schema>,
  name: string,
): Promise<WorkerDefinition | undefined> {
  const { rows } = await sql<Row>`
    select ${DEFINITION_COLUMNS} from batchline.worker_definition where name_key = ${name.toLowerCase()}`.execute(
    db,
  );
  return rows[0] && toDefinition(rows[0]);
}

/** Lists all definitions of workers by name. */
export async function listWorkerDefinitions(db: Kysely<Schema>): Promise<WorkerDefinition[]> {
  const { rows } = await sql<Row>`
    select ${DEFINITION_COLUMNS} from batchline.worker_definition order by name_key`.execute(db);
  return rows.map(toDefinition);
}

/** Lists the names of definitions that were declared over HTTP, not by a process with direct database access. */
export async function listNamesDeclaredOverHttp(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from batchline.worker_definition where declared_by <> 0 order by name_key`.execute(db);
  return rows.map((row) => row.name);
}

/** Records that a worker requests tasks of these definitions; writes each at most once in `everySeconds`. */
export async function touchWorkerDefinitions(
  db: Kysely<Schema>,
  names: readonly string[],
  everySeconds: number,
): Promise<void> {
  await sql`
    update batchline.worker_definition set last_seen = now()
    where name_key in (select lower(value) from json_array_elements_text(${JSON.stringify(names)}::text::json))
      and last_seen < now() - ${everySeconds}::float8 * interval '1 second'`.execute(db);
}

/** Deletes a definition. Returns false if there is none. */
export async function deleteWorkerDefinition(db: Kysely<Schema>, name: string): Promise<boolean> {
  const { rows } = await sql`
    delete from batchline.worker_definition where name_key = ${name.toLowerCase()} returning name`.execute(
    db,
  );
  return rows.length === 1;
}

function toDefinition(row: Row): WorkerDefinition {
  return {
    name: row.name,
    description: row.description,
    parameters: row.parameters,
    cancellation: cancellationOf(row.cancellation),
    retry: JSON.parse(row.retry) as RetryPolicy,
    leaseSeconds: row.lease_seconds,
    declaredBy: row.declared_by,
    lastSeen: row.last_seen,
  };
}

/** Counts the runs of a definition that have a lease, by tenant. Tasks that a client has started by hand have none. */
export async function countRuns(db: Kysely<Schema>, name: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ tenant: string; n: number }>`
    select t.tenant, count(*)::int as n from batchline.task as t
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started} and t.name = ${name}
    group by t.tenant`.execute(db);
  return new Map(rows.map((row) => [row.tenant, row.n]));
}

/** A change of the control of a definition. */
export interface DefinitionChange {
  readonly name: string;
  readonly actorId: number;
  readonly action: 'Pause' | 'Resume' | 'Limits';
  /** The limits that were set; null if they were reset to those of the definition, or for other actions. */
  readonly limits: DefinitionLimits | null;
}

/** A stored change of a definition. */
export interface DefinitionAuditEntry extends Omit<DefinitionChange, 'action'> {
  readonly at: Date;
  readonly action: string;
}

/** Records a change in the audit log of the definition. Call it in the transaction of the change. */
export async function insertDefinitionAudit(db: Kysely<Schema>, change: DefinitionChange): Promise<void> {
  const { name, actorId, action, limits } = change;
  const json = limits && JSON.stringify(limits);
  await db
    .insertInto('batchline.definition_audit')
    .values({ name, actor_id: actorId, action, limits: json })
    .execute();
}

/** Returns the changes of a definition, oldest first. */
export async function readDefinitionAudit(db: Kysely<Schema>, name: string): Promise<DefinitionAuditEntry[]> {
  const rows = await db
    .selectFrom('batchline.definition_audit')
    .selectAll()
    .where('name', '=', name)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    at: row.at,
    actorId: row.actor_id,
    action: row.action,
    limits: row.limits,
  }));
}

/** The pause and the limits of a definition. */
export interface DefinitionControl {
  readonly name: string;
  /** Incremented by each change. */
  readonly version: number;
  /** The actor, time and reason of the pause; null if it is not paused. */
  readonly paused: {
    readonly by: number;
    readonly at: Date;
    /** The reason of the server; null if an administrator paused it. */
    readonly reason: { readonly text: string; readonly message: MessageData | null } | null;
  } | null;
  /** The effective limits. */
  readonly limits: DefinitionLimits;
  /** True if an administrator has set the limits; false if they are those of the definition. */
  readonly limitsAreSet: boolean;
}

/** The actor and time of a change. */
export interface ChangedBy {
  readonly by: number;
  readonly at: Date;
}

/** Returns who set or reset the limits of each definition last, by name. */
export async function readLimitChanges(
  db: Kysely<Schema>,
  name?: string,
): Promise<ReadonlyMap<string, ChangedBy>> {
  const { rows } = await sql<ChangedBy & { readonly name: string }>`
    select c.name, a.actor_id as by, a.at
    from batchline.definition_control as c cross join lateral (
      select o.actor_id, o.at from batchline.definition_audit as o
      where o.name = c.name and o.action = 'Limits' order by o.id desc limit 1
    ) as a
    where ${name ?? null}::text is null or c.name = ${name ?? null}`.execute(db);
  return new Map(rows.map(({ name: of, by, at }) => [of, { by, at }]));
}

interface ControlRow {
  readonly name: string;
  readonly version: number;
  readonly paused: boolean;
  readonly paused_by: number | null;
  readonly paused_at: Date | null;
  readonly paused_reason: string | null;
  readonly paused_message: MessageData | null;
  readonly limits: DefinitionLimits | null;
  readonly default_limits: DefinitionLimits | null;
}

const COLUMNS = sql<ControlRow>`c.name, c.version, c.paused, c.paused_by, c.paused_at, c.paused_reason, c.paused_message, c.limits, c.default_limits`;

/** Returns the control of one definition, or of all that have one, by name. */
export async function readControls(
  db: Kysely<Schema>,
  name?: string,
): Promise<ReadonlyMap<string, DefinitionControl>> {
  const { rows } = await sql<ControlRow>`
    select ${COLUMNS} from batchline.definition_control as c
    where ${name ?? null}::text is null or c.name = ${name ?? null}`.execute(db);
  return new Map(rows.map((row) => [row.name, toControl(row)]));
}

/** Reads and locks the control of a definition, so that no other transaction claims its tasks under limits. */
export async function lockControl(
  trx: Transaction<Schema>,
  name: string,
): Promise<DefinitionControl | undefined> {
  const { rows } = await sql<ControlRow>`
    select ${COLUMNS} from batchline.definition_control as c where c.name = ${name} for update`.execute(trx);
  return rows[0] && toControl(rows[0]);
}

/**
 * Pauses or resumes a definition.
 *
 * @param reason the reason if the server pauses it
 * @returns the new control, or `undefined` if nothing changed
 */
export async function setPaused(
  trx: Transaction<Schema>,
  name: string,
  actorId: number,
  paused: boolean,
  reason: Message | null = null,
): Promise<DefinitionControl | undefined> {
  const by = paused ? actorId : null;
  const text = plainOf(reason);
  const json = reason === null ? null : JSON.stringify(messageOf(reason));
  const { rows } = await sql<ControlRow>`
    insert into batchline.definition_control as c (name, version, paused, paused_by, paused_at, paused_reason, paused_message)
    values (${name}, 1, ${paused}, ${by}::int, ${paused ? sql`clock_timestamp()` : null}, ${text}, ${json}::text::jsonb)
    on conflict (name) do update set version = c.version + 1, paused = excluded.paused,
      paused_by = excluded.paused_by, paused_at = excluded.paused_at,
      paused_reason = excluded.paused_reason, paused_message = excluded.paused_message
      where c.paused <> excluded.paused
    returning ${COLUMNS}`.execute(trx);
  return rows[0] && toControl(rows[0]);
}

/** Sets the limits of a definition; `null` resets them to its own. */
export async function setLimits(
  trx: Transaction<Schema>,
  name: string,
  limits: DefinitionLimits | null,
): Promise<void> {
  const json = limits && JSON.stringify(limits);
  await sql`
    insert into batchline.definition_control as c (name, version, limits) values (${name}, 1, ${json}::text::jsonb)
    on conflict (name) do update set version = c.version + 1, limits = excluded.limits`.execute(trx);
}

/** Stores the limits that the definition itself declares, if they have changed. */
export async function saveDefaultLimits(
  db: Kysely<Schema>,
  name: string,
  limits: DefinitionLimits | null,
): Promise<void> {
  const json = limits && JSON.stringify(limits);
  await sql`
    with given as materialized (
      select ${name}::text as name, ${json}::text::jsonb as limits
      where ${json}::text is not null
        or exists (select 1 from batchline.definition_control as o where o.name = ${name})
    )
    insert into batchline.definition_control as c (name, version, default_limits)
    select g.name, 1, g.limits from given as g
    on conflict (name) do update set version = c.version + 1, default_limits = excluded.default_limits
      where c.default_limits is distinct from excluded.default_limits`.execute(db);
}

function toControl(row: ControlRow): DefinitionControl {
  return {
    name: row.name,
    version: row.version,
    paused: row.paused && row.paused_at !== null ? pauseOf(row, row.paused_at) : null,
    limits: row.limits ?? row.default_limits ?? {},
    limitsAreSet: row.limits !== null,
  };
}

function pauseOf(row: ControlRow, at: Date): NonNullable<DefinitionControl['paused']> {
  const { paused_by: by, paused_reason: text, paused_message: reason } = row;
  return { by: by ?? 0, at, reason: text === null ? null : { text, message: reason } };
}

/** Counts a crash of a process that ran only this definition. Returns the number of consecutive crashes. */
export async function countCrash(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ crashes: number }>`
    insert into batchline.definition_control as c (name, version, crashes) values (${name}, 1, 1)
    on conflict (name) do update set crashes = c.crashes + 1
    returning crashes`.execute(db);
  return rows[0]?.crashes ?? 0;
}

/** Resets the number of crashes, after a run ended without a crash. */
export async function resetCrashes(db: Kysely<Schema>, name: string): Promise<void> {
  await sql`update batchline.definition_control set crashes = 0 where name = ${name} and crashes > 0`.execute(
    db,
  );
}

/** Lists the definitions with crashes since their last successful run. */
export async function listCrashedDefinitions(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from batchline.definition_control where crashes > 0`.execute(db);
  return rows.map((row) => row.name);
}

/** The runs of a definition that started within the period of its rate limit. */
export interface RecentStarts {
  readonly runs: number;
  /** Seconds until the oldest of them no longer counts. */
  readonly oldestExpiresIn: number;
}

/** Counts the runs of a definition that started in the last `seconds`. */
export async function readStarts(db: Kysely<Schema>, name: string, seconds: number): Promise<RecentStarts> {
  const { rows } = await sql<{ runs: number; leaves: number }>`
    select coalesce(sum(runs), 0)::int as runs,
      coalesce(extract(epoch from min(at) - clock_timestamp()), 0)::float8 + ${seconds}::float8 as leaves
    from batchline.definition_start
    where name = ${name} and at > clock_timestamp() - ${seconds}::float8 * interval '1 second'`.execute(db);
  return { runs: rows[0]?.runs ?? 0, oldestExpiresIn: Math.max(0, rows[0]?.leaves ?? 0) + 0.001 };
}

/** Records the start of runs of a definition, and deletes starts before the last `seconds`. */
export async function recordDefinitionStarts(
  trx: Transaction<Schema>,
  name: string,
  seconds: number,
  runs: number,
): Promise<void> {
  await sql`
    delete from batchline.definition_start
    where name = ${name} and at <= now() - ${seconds}::float8 * interval '1 second'`.execute(trx);
  await sql`insert into batchline.definition_start (name, runs) values (${name}, ${runs})`.execute(trx);
}
