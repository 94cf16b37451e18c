import { type ChildCounts, MAX_CHILDREN_PER_CALL, type OnFailure } from '../core/children.ts';
import { message } from '../core/message.ts';
import type { Parameters } from '../core/task.ts';
import type { StoredState } from '../core/task-state.ts';
import { PermanentError } from './errors.ts';

/** A child to start. */
export interface ChildToStart {
  /** The definition's name. */
  readonly name: string;
  readonly parameters?: Parameters | null | undefined;
  /** Description of the child; empty by default. */
  readonly description?: string | undefined;
  /**
   * Unique key among its siblings, at most 200 characters. A retried run does not start a child whose key exists. Defaults
   * to the child's position among the children without a key, which is correct if every run starts the same children in
   * the same order.
   */
  readonly key?: string | undefined;
  /** Weight in the parent's progress, a positive integer; 1 by default. */
  readonly weight?: number | undefined;
}

/** A child with its key. */
export interface KeyedChild extends ChildToStart {
  readonly key: string;
}

/** The state and result of a child. */
export interface ChildResult {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly state: StoredState;
  readonly result: string;
  readonly fileName: string;
}

/** Selects the children to list. */
export interface ChildFilter {
  readonly state?: StoredState | undefined;
}

/** The children of a task. */
export interface TaskChildren {
  /**
   * Starts any number of children, with the owner of the task. They run immediately, whether this run continues, waits or
   * ends. A retried run gets the ids of the children that an earlier run started.
   *
   * @returns their ids, in the same order
   * @throws RequestError or PermanentError if a definition is unknown, parameters don't match its schema, or a limit is
   *   reached; RunEnded if this run has lost its lease or the task is being stopped
   */
  start(children: Iterable<ChildToStart>): Promise<number[]>;
  /**
   * Waits until all children have ended, without occupying a worker. If some have not ended, this run ends by a `RunEnded`,
   * which the handler must not catch, and the task runs again after the last child has ended. That run starts from the
   * top, with the last checkpoint, and this call then returns.
   *
   * @param options `onFailure` says how the failure of a child affects this task; `fail` by default
   * @throws PermanentError if a child has failed and `onFailure` is not `continue`
   */
  wait(options?: { readonly onFailure?: OnFailure }): Promise<ChildCounts>;
  /** Counts the children: all, ended, failed. */
  summary(): Promise<ChildCounts>;
  /**
   * Iterates over the children by id, without deleted ones. Loads them by page, so that memory use does not depend on
   * their number.
   */
  list(filter?: ChildFilter): AsyncIterable<ChildResult>;
}

/** Transport between a run and its children: in process, from a thread, or over HTTP. */
export interface ChildrenPort {
  start(children: readonly KeyedChild[]): Promise<number[]>;
  /** Resolves if all children have ended; rejects with RunEnded if the task now waits. */
  wait(onFailure: OnFailure): Promise<ChildCounts>;
  summary(): Promise<ChildCounts>;
  /** Returns at most `CHILDREN_PAGE` children, fewer if their texts are long; empty after the last. */
  page(filter: ChildFilter, afterId: number): Promise<readonly ChildResult[]>;
}

/** Maximum number of children in a page. */
export const CHILDREN_PAGE = 500;

/** Returns the children of a task over a transport. */
export function childrenOver(port: ChildrenPort): TaskChildren {
  let withoutKey = 0;
  const keyed = (child: ChildToStart): KeyedChild =>
    child.key === undefined ? { ...child, key: `#${withoutKey++}` } : { ...child, key: child.key };
  return {
    async start(children) {
      const ids: number[] = [];
      let batch: KeyedChild[] = [];
      for (const child of children) {
        batch.push(keyed(child));
        if (batch.length < MAX_CHILDREN_PER_CALL) continue;
        ids.push(...(await port.start(batch)));
        batch = [];
      }
      if (batch.length > 0) ids.push(...(await port.start(batch)));
      return ids;
    },
    async wait({ onFailure = 'fail' } = {}) {
      const counts = await port.wait(onFailure);
      if (counts.failed > 0 && onFailure !== 'continue')
        throw new PermanentError(message`${counts.failed} of ${counts.total} children have failed.`);
      return counts;
    },
    summary: () => port.summary(),
    async *list(filter = {}) {
      for (let afterId = 0; ; ) {
        const page = await port.page(filter, afterId);
        yield* page;
        const last = page.at(-1);
        if (last === undefined) return;
        afterId = last.id;
      }
    },
  };
}
