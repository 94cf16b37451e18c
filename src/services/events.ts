import type { Caller } from '../core/access.ts';
import { type SettledEvents, settledEvents, settledPosition } from '../db/queries/event.ts';
import { concerns, type EventFilter } from '../events/feed.ts';
import type { TaskDeps } from './access.ts';

/** Maximum number of events that one page filters. */
const PAGE_SIZE = 1000;

/**
 * Returns a page of the events that match the filter and that the caller may see, in the order of their ids.
 *
 * @param after the id after which the page begins; `undefined` returns no events and the id to start with
 */
export async function readEventPage(
  { database }: TaskDeps,
  caller: Caller,
  filter: EventFilter,
  after: number | undefined,
): Promise<SettledEvents> {
  if (after === undefined) return { events: [], position: await settledPosition(database.sql), more: false };
  const page = await settledEvents(database.sql, after, PAGE_SIZE);
  const isVisible = (event: SettledEvents['events'][number]): boolean =>
    concerns(caller, filter, { ...event, state: event.to });
  return { ...page, events: page.events.filter(isVisible) };
}
