import { type ChildCounts, MAX_CHILDREN_AT_ONCE, type OnFailure } from '../core/children.ts';
import { message } from '../core/message.ts';
import type { Parameters } from '../core/task.ts';
import type { StoredState } from '../core/task-state.ts';
import { PermanentError } from './errors.ts';

/** A child that a run starts. */
export interface ChildToStart {
  /** The definition's name. */
  readonly name: string;
  readonly parameters?: Parameters | null | undefined;
  /** Description of the child; empty where it is absent. */
  readonly description?: string | undefined;
  /**
   * What the child is called among its siblings, at most 200 characters: a run that begins again starts no key twice. Absent,
   * it is the place among the children without a key that the run has started, which is right where each run starts the
   * same ones in the same order.
   */
  readonly key?: string | undefined;
  /** Its share of the parent's progress, a whole number from 1, which it is where it is absent. */
  readonly weight?: number | undefined;
}

/** A child with its key. */
export interface KeyedChild extends ChildToStart {
  readonly key: string;
}

/** A child as its parent sees it. */
export interface ChildResult {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly state: StoredState;
  readonly result: string;
  readonly fileName: string;
}

/** Which children are listed. */
export interface ChildFilter {
  readonly state?: StoredState | undefined;
}

/** The children of a task, as its run starts and awaits them. */
export interface TaskChildren {
  /**
   * Starts children, any number, as tasks of the task's owner; a run that begins again finds those that it has started.
   * They begin at once, whether the run goes on, waits or ends.
   *
   * @returns their ids, in the same order
   * @throws RequestError or PermanentError where a definition is unknown, parameters miss its schema, or a limit is reached;
   *   RunEnded where this run no longer holds the task, or the task is being stopped
   */
  start(children: Iterable<ChildToStart>): Promise<number[]>;
  /**
   * Waits until all children have ended, without a worker: where some have not, the run ends here (by a `RunEnded` that it
   * must let through), and the task has another run when the last has. That run begins from the top, with the last
   * checkpoint, and here it goes on.
   *
   * @param options `onFailure` says what the failure of a child means; `fail` where it is absent
   * @throws PermanentError where a child has failed and `onFailure` is not `continue`
   */
  wait(options?: { readonly onFailure?: OnFailure }): Promise<ChildCounts>;
  /** How far the children have come. */
  summary(): Promise<ChildCounts>;
  /** The children by id, page by page, so that any number fits in memory. Deleted ones are missing. */
  list(filter?: ChildFilter): AsyncIterable<ChildResult>;
}

/** How a run reaches its children: in the server's process, from a thread, or over HTTP. */
export interface ChildrenPort {
  start(children: readonly KeyedChild[]): Promise<number[]>;
  /** Resolves where all have ended; rejects with RunEnded where the task now waits. */
  wait(onFailure: OnFailure): Promise<ChildCounts>;
  summary(): Promise<ChildCounts>;
  /** At most `CHILDREN_PAGE`, fewer if their texts are long; none after the last. */
  page(filter: ChildFilter, afterId: number): Promise<readonly ChildResult[]>;
}

/** How many children a page has. */
export const CHILDREN_PAGE = 500;

/** The children of a task over whatever way there is to them. */
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
        if (batch.length < MAX_CHILDREN_AT_ONCE) continue;
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
