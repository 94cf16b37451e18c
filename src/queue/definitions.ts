import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import { conflict, invalid } from '../core/errors.ts';
import { plainOf, type Text } from '../core/message.ts';
import type { RetentionRules } from '../core/retention.ts';
import { DEFAULT_RETRY, type RetryPolicy } from '../core/run-outcome.ts';
import type { CancellationBehaviourName } from '../core/task.ts';
import {
  type Declarer,
  deleteWorkerDefinition,
  findWorkerDefinition,
  listNamesDeclaredOverHttp,
  listWorkerDefinitions,
  touchWorkerDefinitions,
  upsertWorkerDefinition,
  type WorkerDefinition,
} from '../db/queries/definition.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import type { RegisteredDefinition, Registry } from './registry.ts';
import type { ParameterReader } from './schemas/parameters.ts';
import { SchemaProcesses } from './schemas/processes.ts';
import type { TaskQueue } from './task-queue.ts';

/** Who declares what a process on the database runs. */
const SERVER_DECLARER: Declarer = { associateId: 0, tenant: null };

/** A definition of remote workers in stored form. */
type NewDefinition = Omit<WorkerDefinition, 'declaredBy' | 'lastSeen'>;

/** A definition that tasks can be started by, wherever it runs. */
export interface KnownDefinition {
  readonly name: string;
  readonly description: Text;
  /** JSON Schema of an object; absent is anything. */
  readonly parameters: object | undefined;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: RetryPolicy;
  readonly leaseSeconds: number;
  /** How long its tasks are kept, where it says so itself. */
  readonly retention: RetentionRules;
  readonly readParameters: ParameterReader;
  /** In the server's processes, inline or in a thread, or in workers outside. */
  readonly runsIn: 'inline' | 'thread' | 'worker';
  /** When a worker has last asked for its tasks; null where it runs in the server. */
  readonly lastSeen: Date | null;
}

/** A definition as a worker declares it. */
export interface Declaration {
  readonly name: string;
  readonly description: string;
  readonly parameters: object | undefined;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: Partial<RetryPolicy>;
  /** Absent takes the server's own. */
  readonly leaseSeconds: number | undefined;
}

/**
 * Every definition there is: those that this process runs, which come first, and those that workers outside have
 * declared. The latter are read from the database each time, so that every process knows a declaration at once.
 */
export class Definitions {
  readonly #registry: Registry;
  readonly #db: Kysely<Schema>;
  readonly #queue: TaskQueue;
  readonly #leaseSeconds: number;
  readonly #schemas = new SchemaProcesses();

  /** @param leaseSeconds the lease of declarations that name none */
  constructor(registry: Registry, db: Kysely<Schema>, queue: TaskQueue, leaseSeconds: number) {
    this.#registry = registry;
    this.#db = db;
    this.#queue = queue;
    this.#leaseSeconds = leaseSeconds;
  }

  /** Makes the queues of all definitions; resolves to the names that both this process and workers outside offer. */
  async prepare(): Promise<string[]> {
    const declared = await listWorkerDefinitions(this.#db);
    this.#queue.add([...this.#registry.names(), ...declared.map((one) => one.name)]);
    const outside = await listNamesDeclaredOverHttp(this.#db);
    return outside.filter((name) => this.#registry.find(name) !== undefined);
  }

  /**
   * The definition of this name, in any casing, or `undefined`.
   *
   * @param trx the transaction that the caller is in, where there is one
   */
  async find(name: string, trx?: Kysely<Schema>): Promise<KnownDefinition | undefined> {
    const own = this.#registry.find(name);
    if (own !== undefined) return ofServer(own);
    if (name.includes('\0')) return undefined;
    const declared = await findWorkerDefinition(trx ?? this.#db, name);
    if (declared === undefined) return undefined;
    // Another process may have made the queue; in a transaction the embedded database can't be asked again.
    if (trx === undefined && !this.#queue.has(declared.name)) this.#queue.add([declared.name]);
    return this.#ofWorkers(declared);
  }

  /**
   * The definition of this name, in any casing.
   *
   * @throws RequestError (invalid) that lists what exists
   */
  async get(name: string): Promise<KnownDefinition> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const names = (await this.all()).map((one) => one.name);
    throw invalid`There is no definition called "${name}"; there are ${names.join(', ')}.`.withCode(
      'definition_not_found',
    );
  }

  /** Every definition, by name. */
  async all(): Promise<KnownDefinition[]> {
    const declared = await listWorkerDefinitions(this.#db);
    return [
      ...this.#registry.all().map(ofServer),
      ...declared
        .filter((one) => this.#registry.find(one.name) === undefined)
        .map((one) => this.#ofWorkers(one)),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Keeps what workers declare, all or none; from then on tasks can be started by it.
   *
   * @throws RequestError (invalid) where a schema is wrong, (conflict) where the server itself runs a definition of that name,
   *   or it was declared otherwise for other tenants
   */
  async declare(declarations: readonly Declaration[], declarer: Declarer): Promise<KnownDefinition[]> {
    const checked: NewDefinition[] = [];
    for (const one of declarations) checked.push(await this.#check(one, declarer));
    const kept = await this.#keep(checked, declarer);
    this.#queue.add(kept.map((one) => one.name));
    return kept.map((one) => this.#ofWorkers(one));
  }

  /**
   * Declares everything that this process runs, so that tasks can be started by it through processes that don't have
   * its modules. The latest declaration of a name counts.
   */
  async offer(): Promise<void> {
    const own = this.#registry.all().map(({ definition, retry, leaseSeconds }) => ({
      name: definition.name,
      description: plainOf(definition.description),
      parameters: definition.parameters === undefined ? null : JSON.stringify(definition.parameters),
      cancellation: definition.cancellation ?? 'CanCancel',
      retry,
      leaseSeconds,
    }));
    await this.#keep(own, SERVER_DECLARER);
  }

  /** Notes that this process still runs what it has offered. */
  async touch(everySeconds: number): Promise<void> {
    await touchWorkerDefinitions(this.#db, this.#registry.names(), everySeconds);
  }

  /** Forgets what workers have declared; false where they have declared no such thing. */
  async remove(name: string): Promise<boolean> {
    return deleteWorkerDefinition(this.#db, name);
  }

  /** @throws RequestError (conflict) where the server itself runs a definition of that name */
  checkNotOwn(name: string): void {
    const own = this.#registry.find(name);
    if (own === undefined) return;
    throw conflict`The definition "${own.definition.name}" runs in the server itself; workers may offer definitions of other names.`;
  }

  /** By name, so that two that declare the same wait for each other and never crosswise. */
  #keep(all: readonly NewDefinition[], declarer: Declarer): Promise<WorkerDefinition[]> {
    const inOrder = all.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
    return inQuietTransaction(this.#db, async (trx) => {
      const kept: WorkerDefinition[] = [];
      for (const one of inOrder)
        kept.push((await upsertWorkerDefinition(trx, one, declarer)) ?? (await sameAsDeclared(trx, one)));
      return kept;
    });
  }

  async #check(one: Declaration, { associateId }: Declarer): Promise<NewDefinition> {
    this.checkNotOwn(one.name);
    const schema = one.parameters === undefined ? null : JSON.stringify(one.parameters);
    if (schema !== null) await this.#schemas.compile(one.name, schema, associateId);
    return {
      name: one.name,
      description: one.description,
      parameters: schema,
      cancellation: one.cancellation,
      retry: { ...DEFAULT_RETRY, ...one.retry },
      leaseSeconds: one.leaseSeconds ?? this.#leaseSeconds,
    };
  }

  #ofWorkers(declared: WorkerDefinition): KnownDefinition {
    const { parameters: schema, ...rest } = declared;
    return {
      ...rest,
      parameters: schema === null ? undefined : (JSON.parse(schema) as object),
      retention: {},
      readParameters: this.#readerOf(declared),
      runsIn: 'worker',
    };
  }

  #readerOf({ name, parameters: schema, declaredBy }: WorkerDefinition): ParameterReader {
    if (schema === null) return async (parameters) => parameters ?? {};
    return (parameters) => this.#schemas.read(name, schema, parameters, declaredBy);
  }
}

/**
 * What others have declared, where a declaration says the same.
 *
 * @throws RequestError (conflict) where it says something else
 */
async function sameAsDeclared(trx: Kysely<Schema>, wanted: NewDefinition): Promise<WorkerDefinition> {
  const declared = await findWorkerDefinition(trx, wanted.name);
  if (declared !== undefined) {
    const { name: _, declaredBy: __, lastSeen: ___, ...is } = declared;
    const { name: ____, ...said } = wanted;
    if (isDeepStrictEqual(is, said)) return declared;
  }
  throw conflict`The definition "${wanted.name}" was declared otherwise and not by your tenant; the same declaration is accepted, or another name.`;
}

function ofServer({ definition, ...rest }: RegisteredDefinition): KnownDefinition {
  return {
    name: definition.name,
    description: definition.description,
    parameters: definition.parameters,
    cancellation: definition.cancellation ?? 'CanCancel',
    retry: rest.retry,
    leaseSeconds: rest.leaseSeconds,
    retention: rest.retention,
    readParameters: rest.readParameters,
    runsIn: rest.isolate,
    lastSeen: null,
  };
}
