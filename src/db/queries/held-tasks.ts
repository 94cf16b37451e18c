import { sql } from 'kysely';
import { HELD_STATES, TaskState } from '../../core/task-state.ts';

const HELD = sql.raw(HELD_STATES.map((state) => TaskState[state]).join(', '));

/**
 * That `batchline.task as t` is held: read by the index of held tasks, which is as small as what runs. The indexes of
 * the lists leave those tasks out, so that claims and signs of life write none of them
 * (docs/decisions/0021-held-tasks.md); a list is made of what is held and what is at rest.
 */
export const IS_HELD = sql<boolean>`t.state::int in (${HELD})`;

/** That it is not: read by the indexes of the lists. */
export const IS_INACTIVE = sql<boolean>`t.state not in (${HELD})`;
