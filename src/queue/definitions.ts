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
import { SchemaProcesses } from './schemas/processes.ts';
import type { ParameterReader } from './schemas/validator.ts';
import type { TaskQueue } from './task-queue.ts';

/** The declarer of definitions that processes on the database run. */
const SERVER_DECLARER: Declarer = { associateId: 0, tenant: null };

/** A definition of remote workers in stored form. */
type NewDefinition = Omit<WorkerDefinition, 'declaredBy' | 'lastSeen'>;

/** A definition whose tasks can be started, wherever they run. */
export interface KnownDefinition {
  readonly name: string;
  readonly description: Text;
  /** JSON Schema of an object; undefined accepts any object. */
  readonly parameters: object | undefined;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: RetryPolicy;
  readonly leaseSeconds: number;
  /** Retention periods declared by the definition. */
  readonly retention: RetentionRules;
  readonly readParameters: ParameterReader;
  /** In the server, inline or in a thread, or in a remote worker. */
  readonly runsIn: 'inline' | 'thread' | 'worker';
  /** When a worker last requested its tasks; null if it runs in the server. */
  readonly lastSeen: Date | null;
}

/** A definition as a worker declares it. */
export interface Declaration {
  readonly name: string;
  readonly description: string;
  readonly parameters: object | undefined;
  readonly cancellation: CancellationBehaviourName;
  readonly retry: Partial<RetryPolicy>;
  /** Defaults to the server's setting. */
  readonly leaseSeconds: number | undefined;
}

/**
 * All definitions: those of this process, which take precedence, and those declared by workers. The latter are read from
 * the database on each call, so that all processes see a declaration immediately.
 */
export class Definitions {
  readonly #registry: Registry;
  readonly #db: Kysely<Schema>;
  readonly #queue: TaskQueue;
  readonly #leaseSeconds: number;
  readonly #schemas = new SchemaProcesses();

  /** @param leaseSeconds default lease of declarations */
  constructor(registry: Registry, db: Kysely<Schema>, queue: TaskQueue, leaseSeconds: number) {
    this.#registry = registry;
    this.#db = db;
    this.#queue = queue;
    this.#leaseSeconds = leaseSeconds;
  }

  /** Registers all definitions with the queue. Returns the names that both this process and workers declare. */
  async prepare(): Promise<string[]> {
    const declared = await listWorkerDefinitions(this.#db);
    this.#queue.add([...this.#registry.names(), ...declared.map((one) => one.name)]);
    const outside = await listNamesDeclaredOverHttp(this.#db);
    return outside.filter((name) => this.#registry.find(name) !== undefined);
  }

  /**
   * Returns the definition with this name, case-insensitively, or `undefined`.
   *
   * @param trx the caller's transaction, if any
   */
  async find(name: string, trx?: Kysely<Schema>): Promise<KnownDefinition | undefined> {
    const own = this.#registry.find(name);
    if (own !== undefined) return ofServer(own);
    if (name.includes('\0')) return undefined;
    const declared = await findWorkerDefinition(trx ?? this.#db, name);
    if (declared === undefined) return undefined;
    // Another process may have received the declaration. The queue is not changed within a transaction.
    if (trx === undefined && !this.#queue.has(declared.name)) this.#queue.add([declared.name]);
    return this.#ofWorkers(declared);
  }

  /**
   * Returns the definition with this name, case-insensitively.
   *
   * @throws RequestError (invalid) with the existing names if there is none
   */
  async get(name: string): Promise<KnownDefinition> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const names = (await this.all()).map((one) => one.name);
    throw invalid`There is no definition called "${name}"; the definitions are ${names.join(', ')}.`.withCode(
      'definition_not_found',
    );
  }

  /** Returns all definitions, sorted by name. */
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
   * Stores all of a worker's declarations or none. From then on, tasks of these definitions can be started.
   *
   * @throws RequestError (invalid) if a schema is invalid, (conflict) if the server runs a definition of that name, or it
   *   is declared differently outside the declarer's tenant
   */
  async declare(declarations: readonly Declaration[], declarer: Declarer): Promise<KnownDefinition[]> {
    const checked: NewDefinition[] = [];
    for (const one of declarations) checked.push(await this.#check(one, declarer));
    const kept = await this.#keep(checked, declarer);
    this.#queue.add(kept.map((one) => one.name));
    return kept.map((one) => this.#ofWorkers(one));
  }

  /**
   * Declares the definitions of this process, so that processes without its modules can start their tasks. Replaces earlier
   * declarations of the same names.
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

  /** Refreshes `lastSeen` of the definitions of this process. */
  async touch(everySeconds: number): Promise<void> {
    await touchWorkerDefinitions(this.#db, this.#registry.names(), everySeconds);
  }

  /** Removes a worker's declaration. Returns false if there is none. */
  async remove(name: string, trx: Kysely<Schema> = this.#db): Promise<boolean> {
    return deleteWorkerDefinition(trx, name);
  }

  /** @throws RequestError (conflict) if the server runs a definition of that name */
  checkNotOwn(name: string): void {
    const own = this.#registry.find(name);
    if (own === undefined) return;
    throw conflict`The definition "${own.definition.name}" runs in the server; workers can declare definitions with other names.`;
  }

  /** Stores definitions in the order of their names, so that concurrent declarations don't deadlock. */
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
 * Returns the existing declaration if it equals the new one.
 *
 * @throws RequestError (conflict) if they differ
 */
async function sameAsDeclared(trx: Kysely<Schema>, wanted: NewDefinition): Promise<WorkerDefinition> {
  const declared = await findWorkerDefinition(trx, wanted.name);
  if (declared !== undefined) {
    const { name: _, declaredBy: __, lastSeen: ___, ...existing } = declared;
    const { name: ____, ...requested } = wanted;
    if (isDeepStrictEqual(existing, requested)) return declared;
  }
  throw conflict`The definition "${wanted.name}" is declared differently outside your tenant; repeat that declaration, or choose another name.`;
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
