import { type Kysely, sql, type Transaction } from 'kysely';
import type { DefinitionLimits } from '../../core/concurrency-limits.ts';
import { type Message, type MessageData, messageOf, plainOf } from '../../core/message.ts';
import type { Schema } from '../schema.ts';

/** The pause and the limits of a definition. */
export interface DefinitionControl {
  readonly name: string;
  /** One more with each change. */
  readonly version: number;
  /** Who has paused it and when; null where it is not paused. */
  readonly paused: {
    readonly by: number;
    readonly at: Date;
    /** Why the server paused it; null if an administrator did. */
    readonly reason: { readonly text: string; readonly message: MessageData | null } | null;
  } | null;
  /** The limits that count. */
  readonly limits: DefinitionLimits;
  /** Whether they were set by an administrator; else they are the definition's own. */
  readonly limitsAreSet: boolean;
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

/** The controls of these definitions, or of all that have any. */
export async function readControls(
  db: Kysely<Schema>,
  name?: string,
): Promise<ReadonlyMap<string, DefinitionControl>> {
  const { rows } = await sql<ControlRow>`
    select ${COLUMNS} from batchline.definition_control as c
    where ${name ?? null}::text is null or c.name = ${name ?? null}`.execute(db);
  return new Map(rows.map((row) => [row.name, toControl(row)]));
}

/** Reads the control of a definition and keeps others from claiming its tasks until the transaction ends. */
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
 * @param reason why the server itself pauses it
 * @returns its control, or `undefined` where it was so already: nothing has changed
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
    values (${name}, 1, ${paused}, ${by}::int, case when ${paused} then clock_timestamp() end, ${text}, ${json}::text::jsonb)
    on conflict (name) do update set version = c.version + 1, paused = excluded.paused,
      paused_by = excluded.paused_by, paused_at = excluded.paused_at,
      paused_reason = excluded.paused_reason, paused_message = excluded.paused_message
      where c.paused <> excluded.paused
    returning ${COLUMNS}`.execute(trx);
  return rows[0] && toControl(rows[0]);
}

/** Sets the limits of a definition; `null` makes its own count again. */
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

/** Keeps the limits that a definition has by itself, where they are other than what is kept. */
export async function keepDefaultLimits(
  db: Kysely<Schema>,
  name: string,
  limits: DefinitionLimits | null,
): Promise<void> {
  const json = limits && JSON.stringify(limits);
  await sql`
    insert into batchline.definition_control as c (name, version, default_limits)
    select ${name}::text, 1, ${json}::text::jsonb
    where ${json}::text is not null
      or exists (select 1 from batchline.definition_control as o where o.name = ${name})
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
