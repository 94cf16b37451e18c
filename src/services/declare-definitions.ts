import type { Caller } from '../core/caller.ts';
import { conflict, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { countLiveTasks } from '../db/queries/count-live-tasks.ts';
import type { Declaration, KnownDefinition } from '../queue/definitions.ts';
import type { TaskDeps } from './context.ts';
import { checkWorker } from './lease-acquire.ts';

/**
 * Keeps the definitions that a worker offers, all or none: from now on tasks can be started by them, whether or
 * not a worker is there. The latest declaration of a name counts.
 *
 * @throws RequestError (forbidden) where the caller may not offer one, (conflict) where the server itself runs one of that name or it is another tenant's, (invalid) where a schema is wrong
 */
export async function declareDefinitions(
  parts: TaskDeps,
  caller: Caller,
  declarations: readonly Declaration[],
): Promise<KnownDefinition[]> {
  for (const one of declarations) {
    checkWorker(caller, one.name);
    checkText('Description', one.description, Number.POSITIVE_INFINITY);
  }
  return parts.definitions.declare(declarations, caller);
}

/**
 * Forgets a definition of workers.
 *
 * @throws RequestError (missing) where workers have declared no such thing, (conflict) while tasks of it wait or run
 */
export async function removeDefinition(parts: TaskDeps, name: string): Promise<void> {
  const definition = await parts.definitions.find(name);
  if (definition?.runsIn !== 'worker') throw notFound`Workers have declared no definition called "${name}".`;
  const live = await countLiveTasks(parts.database.sql, definition.name);
  if (live > 0)
    throw conflict`${live} tasks of "${definition.name}" wait or run; the definition can be removed when they have ended.`;
  await parts.definitions.remove(name);
}
