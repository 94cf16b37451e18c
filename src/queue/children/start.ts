import type { Transaction } from 'kysely';
import {
  MAX_CHILD_KEY_LENGTH,
  MAX_CHILD_WEIGHT,
  MAX_CHILDREN,
  MAX_CHILDREN_PER_CALL,
  MAX_DEPTH,
} from '../../core/children.ts';
import { invalid } from '../../core/errors.ts';
import { checkText, outOfIds, type TextLimits } from '../../core/limits.ts';
import { message } from '../../core/message.ts';
import type { TraceContext } from '../../core/tracing.ts';
import type { Database } from '../../db/database.ts';
import {
  addChildCounts,
  findChildren,
  insertChildren,
  type LockedParent,
  type NewChild,
} from '../../db/queries/children.ts';
import { isOutOfIds } from '../../db/queries/ids.ts';
import type { Schema } from '../../db/schema.ts';
import type { KeyedChild } from '../../sdk/children.ts';
import type { Definitions } from '../definitions.ts';
import type { TaskQueue } from '../task-queue.ts';
import { recordStarts } from '../transition.ts';

/** Dependencies of starting children and of waiting for them. */
export interface ChildrenDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly definitions: Definitions;
  readonly textLimits: TextLimits;
}

/**
 * Performs all checks of children that don't need the transaction.
 *
 * @throws RequestError (invalid) if a definition is unknown, parameters violate its schema, or a key, weight or text is
 *   invalid
 */
export async function prepareChildren(
  { definitions, textLimits }: ChildrenDeps,
  children: readonly KeyedChild[],
): Promise<NewChild[]> {
  if (children.length > MAX_CHILDREN_PER_CALL)
    throw invalid`There are ${children.length} children; at most ${MAX_CHILDREN_PER_CALL} are accepted in one call.`;
  const keys = new Set(children.map((child) => child.key));
  if (keys.size < children.length) throw invalid`Two children have the same key; keys must be unique.`;
  const known = new Map<string, Awaited<ReturnType<typeof definitions.get>>>();
  for (const { name } of children) if (!known.has(name)) known.set(name, await definitions.get(name));
  const prepared: NewChild[] = [];
  for (const child of children) {
    const definition = known.get(child.name);
    if (definition === undefined) throw new Error(`The definition ${child.name} was not looked up.`);
    const { key, parameters = null, description = '', weight = 1 } = child;
    if (key === '') throw invalid`The key of a child is empty; it must have at least one character.`;
    checkText(message`The key of a child`, key, MAX_CHILD_KEY_LENGTH);
    checkText('Description', description, textLimits.description);
    if (!Number.isInteger(weight) || weight < 1 || weight > MAX_CHILD_WEIGHT)
      throw invalid`The weight of the child "${key}" is ${weight}; a whole number from 1 to ${MAX_CHILD_WEIGHT} is accepted.`;
    await definition.readParameters(parameters);
    prepared.push({
      key,
      name: definition.name,
      parameters,
      description,
      weight,
      cancellation: definition.cancellation,
    });
  }
  return prepared;
}

/**
 * Starts children of a locked parent and audits the starts. Skips children whose keys the parent has used before, so that
 * a repeated run creates no duplicates.
 *
 * @param trace trace context of the run; if null, that of the parent's start is used
 * @returns the ids, in the order of the children
 * @throws RequestError (invalid) if a limit is reached; (unavailable) if the ids are used up
 */
export async function startChildren(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  parent: LockedParent,
  children: readonly NewChild[],
  trace: TraceContext | null,
): Promise<number[]> {
  const ids = await findChildren(
    trx,
    parent.taskId,
    children.map((child) => child.key),
  );
  const added = children.filter((child) => !ids.has(child.key));
  if (added.length > 0) {
    if (parent.depth >= MAX_DEPTH)
      throw invalid`Batch task ${parent.taskId} has ${parent.depth} parents above it; only tasks with fewer can start children.`;
    const weight = added.reduce((sum, child) => sum + child.weight, 0);
    const inserted = await insertChildren(trx, parent, added, trace ?? parent.trace).catch(
      (error: unknown) => {
        throw isOutOfIds(error) ? outOfIds() : error;
      },
    );
    for (const [key, id] of inserted) ids.set(key, id);
    const idOf = (child: NewChild): number => ids.get(child.key) ?? 0;
    const reason = message`Started by batch task ${parent.taskId}.`;
    await recordStarts(
      trx,
      queue,
      added.map((child) => ({
        name: child.name,
        delaySeconds: 0,
        audit: {
          taskId: idOf(child),
          tenant: parent.tenant,
          actorId: 0,
          nodeId: parent.leaseOwner,
          reason,
          created: parent.isInternal ? undefined : { ownerId: parent.ownerId, name: child.name },
        },
      })),
    );
    const { total } = await addChildCounts(trx, parent.taskId, added.length, weight);
    if (total > MAX_CHILDREN)
      throw invalid`Batch task ${parent.taskId} would have ${total} children; at most ${MAX_CHILDREN} are accepted.`;
  }
  return children.map((child) => ids.get(child.key) ?? 0);
}
