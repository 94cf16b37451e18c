import { type Kysely, sql } from 'kysely';
import {
  CancellationBehaviour,
  type CancellationBehaviourName,
  cancellationOf,
} from '../../core/cancellation.ts';
import type { RetryPolicy } from '../../core/retry-part.ts';
import type { Schema } from '../schema.ts';

/** A definition that workers outside the server have declared. */
export interface WorkerDefinition {
  readonly name: string;
  readonly description: string;
  /** The JSON Schema of the parameters, as text; `null` is anything. */
  readonly parameters: string | null;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: RetryPolicy;
  readonly leaseSeconds: number;
  /** The associate who declared it; 0 is a process on the database. */
  readonly declaredBy: number;
  /** When a worker has last asked for its tasks, to some seconds. */
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

/** Who declares: the associate, and the tenant that they are bound to. */
export interface Declarer {
  readonly associateId: number;
  readonly tenant: string | null;
}

/**
 * Keeps a definition. The latest declaration of a name counts; the casing of its first one stays.
 *
 * @returns `undefined` where it is not the declarer's to change: bound to a tenant, one changes what was declared within it
 */
export async function putWorkerDefinition(
  db: Kysely<Schema>,
  definition: Omit<WorkerDefinition, 'declaredBy' | 'lastSeen'>,
  declarer: Declarer,
): Promise<WorkerDefinition | undefined> {
  const { rows } = await sql<Row>`
    insert into batchline.worker_definition as d
      (name_key, name, description, parameters, cancellation, retry, lease_seconds, declared_by)
    values (
      ${definition.name.toLowerCase()}, ${definition.name}, ${definition.description}, ${definition.parameters},
      ${CancellationBehaviour[definition.cancellation]}, ${JSON.stringify(definition.retry)},
      ${definition.leaseSeconds}, ${declarer.associateId}
    )
    on conflict (name_key) do update set
      description = excluded.description, parameters = excluded.parameters,
      cancellation = excluded.cancellation, retry = excluded.retry, lease_seconds = excluded.lease_seconds,
      declared = now(), declared_by = excluded.declared_by, last_seen = now()
    where ${declarer.tenant}::text is null
      or d.declared_by = ${declarer.associateId}
      or d.declared_by in (select a.id from batchline.associate as a where a.tenant = ${declarer.tenant})
    returning ${DEFINITION_COLUMNS}`.execute(db);
  return rows[0] && toDefinition(rows[0]);
}

/** The definition of this name, in any casing, or `undefined`. */
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

/** Every definition of workers, by name. */
export async function listWorkerDefinitions(db: Kysely<Schema>): Promise<WorkerDefinition[]> {
  const { rows } = await sql<Row>`
    select ${DEFINITION_COLUMNS} from batchline.worker_definition order by name_key`.execute(db);
  return rows.map(toDefinition);
}

/** The names of those that were declared over HTTP, and not by a process on the database. */
export async function namesDeclaredOutside(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from batchline.worker_definition where declared_by <> 0 order by name_key`.execute(db);
  return rows.map((row) => row.name);
}

/** Notes that a worker asks for tasks of these definitions; one write in `everySeconds` for each. */
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

/** Removes a definition; false where there is none. */
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
