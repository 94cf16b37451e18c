import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalid, OperatorError } from '../core/errors.ts';
import { limitsProblem } from '../core/limits.ts';
import { type RetentionRules, readRules } from '../core/retention.ts';
import { DEFAULT_RETRY, type RetryPolicy, retryProblem } from '../core/run-outcome.ts';
import { DEFINITION, type TaskDefinition } from '../sdk/define-task.ts';
import { type ParameterReader, parameterReader } from './schemas/validator.ts';

/** Where a definition was loaded from, so that a thread can load it too. */
export interface DefinitionSource {
  /** URL of the module. */
  readonly module: string;
  /** Name of the export. */
  readonly exported: string;
}

/** A definition with its defaults applied. */
export interface RegisteredDefinition {
  readonly definition: TaskDefinition;
  readonly source: DefinitionSource;
  readonly retry: RetryPolicy;
  /** Seconds without a heartbeat after which a run counts as lost. */
  readonly leaseSeconds: number;
  readonly isolate: 'inline' | 'thread';
  /** Retention periods declared by the definition. */
  readonly retention: RetentionRules;
  readonly readParameters: ParameterReader;
}

/** Valid names of definitions. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const MIN_LEASE_SECONDS = 2;

/** The definitions of this process. Names are case-insensitive. */
export class Registry {
  readonly #byLowerName = new Map<string, RegisteredDefinition>();
  readonly #leaseSeconds: number;

  /** @param leaseSeconds lease of definitions that declare no heartbeat */
  constructor(leaseSeconds: number) {
    this.#leaseSeconds = leaseSeconds;
  }

  /**
   * Adds a definition.
   *
   * @throws Error if its name, schema or another property is invalid, or if the name is taken
   */
  add(definition: TaskDefinition, source: DefinitionSource): void {
    const { name } = definition;
    if (!NAME.test(name)) {
      throw new Error(
        `The definition name "${name}" is invalid; use 1 to 100 letters, digits, "_", "-" and ".", and don't start with "-" or ".".`,
      );
    }
    if (this.#byLowerName.has(name.toLowerCase()))
      throw new Error(`There are two definitions called "${name}".`);
    const leaseSeconds = definition.heartbeat ?? this.#leaseSeconds;
    if (!Number.isInteger(leaseSeconds) || leaseSeconds < MIN_LEASE_SECONDS) {
      throw new Error(
        `The heartbeat of "${name}" is ${leaseSeconds}; it must be a whole number of at least ${MIN_LEASE_SECONDS} seconds.`,
      );
    }
    const problem = limitsProblem(definition.limits ?? {});
    if (problem !== undefined) throw new Error(`The limits of "${name}": ${problem}.`);
    this.#byLowerName.set(name.toLowerCase(), {
      definition,
      source,
      retry: retryPolicyOf(definition),
      leaseSeconds,
      isolate: definition.isolate ?? 'inline',
      retention: retentionOf(definition),
      readParameters: parameterReaderOf(definition),
    });
  }

  /** Returns the definition with this name, case-insensitively, or `undefined`. */
  find(name: string): RegisteredDefinition | undefined {
    return this.#byLowerName.get(name.toLowerCase());
  }

  /**
   * Returns the definition with this name, case-insensitively.
   *
   * @throws RequestError (invalid) with the existing names if there is none
   */
  get(name: string): RegisteredDefinition {
    const found = this.find(name);
    if (found === undefined) {
      throw invalid`There is no definition called "${name}"; the definitions are ${this.names().join(', ')}.`.withCode(
        'definition_not_found',
      );
    }
    return found;
  }

  /** Returns all definitions, sorted by name. */
  all(): RegisteredDefinition[] {
    return [...this.#byLowerName.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** Returns all names, sorted. */
  names(): string[] {
    return this.all().map((one) => one.definition.name);
  }
}

function retentionOf({ name, retention }: TaskDefinition): RetentionRules {
  try {
    return readRules({ ...retention });
  } catch (error) {
    throw new Error(`The retention of "${name}": ${(error as Error).message}`, { cause: error });
  }
}

function parameterReaderOf({ name, parameters }: TaskDefinition): ParameterReader {
  try {
    return parameterReader(name, parameters);
  } catch (error) {
    throw new Error(`The parameters of "${name}": ${(error as Error).message}`, { cause: error });
  }
}

function retryPolicyOf(definition: TaskDefinition): RetryPolicy {
  const given =
    typeof definition.retries === 'number' ? { limit: definition.retries } : (definition.retries ?? {});
  const policy = {
    limit: given.limit ?? DEFAULT_RETRY.limit,
    lostLimit: given.lost ?? DEFAULT_RETRY.lostLimit,
    delay: given.delay ?? DEFAULT_RETRY.delay,
    factor: given.factor ?? DEFAULT_RETRY.factor,
    maxDelay: given.maxDelay ?? DEFAULT_RETRY.maxDelay,
  };
  const problem = retryProblem(policy);
  if (problem !== undefined) throw new Error(`The retries of "${definition.name}": ${problem}.`);
  return policy;
}

/** The error of a module that can't be loaded. */
function handlersInvalid(path: string, problem: unknown): OperatorError {
  const reason = problem instanceof Error ? problem.message : String(problem);
  return new OperatorError('HANDLERS_INVALID', `BATCHLINE_HANDLERS: ${path}: ${reason}`, problem);
}

const MODULE = /\.(?:m?js|m?ts)$/;
const NOT_A_MODULE = /\.(?:d\.m?ts|test\.m?[jt]s)$/;

/**
 * Loads the user's definitions: all exports created by `defineTask` in a module, or in each module of a folder. Ignores
 * subfolders. If the folder has an `index` module, loads only that one.
 *
 * @throws OperatorError `HANDLERS_INVALID`, which names the module and its problem
 */
export async function loadHandlers(registry: Registry, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (const file of await modulesAt(path)) await loadModule(registry, file);
  }
}

async function modulesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => MODULE.test(name) && !NOT_A_MODULE.test(name)).sort();
  const index = names.find((name) => name.startsWith('index.'));
  const chosen = index === undefined ? names : [index];
  if (chosen.length === 0) {
    throw handlersInvalid(
      path,
      'the folder contains no module; the names of modules end in .js, .mjs, .ts or .mts',
    );
  }
  return chosen.map((name) => join(path, name));
}

async function loadModule(registry: Registry, path: string): Promise<void> {
  const module = pathToFileURL(path).href;
  try {
    const exports = (await import(module)) as Record<string, unknown>;
    const found = Object.entries(exports).filter(([, value]) => isDefinition(value));
    if (found.length === 0) throw new Error('it exports no definition; export what defineTask returns');
    for (const [exported, value] of found) registry.add(value as TaskDefinition, { module, exported });
  } catch (error) {
    throw handlersInvalid(path, error);
  }
}

function isDefinition(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[DEFINITION] === true
  );
}
