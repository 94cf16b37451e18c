import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OperatorError } from '../core/operator-error.ts';
import { DEFINITION, type TaskDefinition } from '../sdk/define-task.ts';
import type { Registry } from './registry.ts';

/** The error of a module that can't be loaded. */
function handlersInvalid(path: string, problem: unknown): OperatorError {
  const reason = problem instanceof Error ? problem.message : String(problem);
  return new OperatorError('HANDLERS_INVALID', `BATCHLINE_HANDLERS: ${path}: ${reason}`, problem);
}

const MODULE = /\.(?:m?js|m?ts)$/;
const NOT_A_MODULE = /\.(?:d\.m?ts|test\.m?[jt]s)$/;

/**
 * Loads the user's own definitions: every export made by `defineTask` of a module, or of each module in a
 * folder (not in its sub-folders; an `index` file there stands for the folder).
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
      'the folder has no module; files that end in .js, .mjs, .ts or .mts are accepted',
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
