import type { FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import { message } from '../../core/message.ts';
import { parseState, STORED_STATES, type StoredState } from '../../core/task-state.ts';
import type { EventFilter } from '../../events/filter.ts';

/** What a call asks for: which events, and after which id; `undefined` is from now on. */
export interface EventQuery {
  readonly filter: EventFilter;
  readonly after: number | undefined;
}

const PARAMETERS = ['Name', 'State', 'Own', 'After'];
const ACCEPTED = PARAMETERS.join(', ');
/** How long a list of names may be. */
const MAX_NAMES_LENGTH = 10_000;

/**
 * Reads the query of `/Events`, names in any casing: `Name` and `State` (several by commas or repeated), `Own`,
 * `After`. The header Last-Event-ID counts more than `After`: a client that comes back sends both.
 *
 * @throws RequestError (invalid) where a parameter is unknown or malformed
 */
export function readEventQuery(request: FastifyRequest, taskId?: number): EventQuery {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    const known = PARAMETERS.find((one) => one.toLowerCase() === name.toLowerCase());
    if (known === undefined)
      throw invalid`There is no parameter "${name.slice(0, 40)}"; ${ACCEPTED} are accepted.`;
    const values = [given.get(known) ?? [], value].flat();
    given.set(known, values.join(','));
  }
  const header = request.headers['last-event-id'];
  const after = header === undefined || header === '' ? given.get('After') : String(header);
  return {
    filter: {
      taskId,
      names: readNames(listOf(given.get('Name'))),
      states: readStates(listOf(given.get('State'))),
      own: readFlag('Own', given.get('Own')),
    },
    after: after === undefined ? undefined : readEventId(header ? 'Last-Event-ID' : 'After', after),
  };
}

/** Names of definitions, in lower case. There need be no such definition yet. */
export function readNames(names: readonly string[]): Set<string> {
  for (const name of names) checkText(message`The name`, name, MAX_NAMES_LENGTH);
  return new Set(names.map((name) => name.toLowerCase()));
}

/** @throws RequestError (invalid) where one is no state that a task can have */
export function readStates(names: readonly string[]): Set<StoredState> {
  const states = new Set<StoredState>();
  for (const name of names) {
    const state = parseState(name);
    if (state === undefined || state === 'Unknown' || state === 'All')
      throw invalid`State is "${name.slice(0, 40)}"; ${STORED_STATES.join(', ')} are accepted.`;
    states.add(state);
  }
  return states;
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

function readFlag(name: string, text: string | undefined): boolean {
  const lower = text?.toLowerCase();
  if (lower === undefined || lower === 'false') return false;
  if (lower === 'true') return true;
  throw invalid`${name} is "${(text ?? '').slice(0, 40)}"; true or false is accepted.`;
}

function readEventId(what: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid`${what} is "${text.slice(0, 40)}"; the id of an event is accepted.`;
}
