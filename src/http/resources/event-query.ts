import type { FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import { message } from '../../core/message.ts';
import { parseState, STORED_STATES, type StoredState } from '../../core/task-state.ts';
import type { EventFilter } from '../../events/filter.ts';

/** The query of `/Events`. */
export interface EventQuery {
  readonly filter: EventFilter;
  /** Returns only events with a greater id; `undefined` starts with new events. */
  readonly after: number | undefined;
}

const PARAMETERS = ['Name', 'State', 'Own', 'After'];
const ACCEPTED = PARAMETERS.join(', ');
/** Maximum length of a name, in characters. */
const MAX_NAMES_LENGTH = 10_000;

/**
 * Reads the query of `/Events`: `Name` and `State` (comma-separated or repeated), `Own` and `After`. Names are
 * case-insensitive. The header Last-Event-ID takes precedence over `After`, because a client that reconnects sends both.
 *
 * @throws RequestError (invalid) if a parameter is unknown or malformed
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

/** Reads names of definitions, in lower case. The definitions need not exist yet. */
export function readNames(names: readonly string[]): Set<string> {
  for (const name of names) checkText(message`The name`, name, MAX_NAMES_LENGTH);
  return new Set(names.map((name) => name.toLowerCase()));
}

/**
 * Reads names of states.
 *
 * @throws RequestError (invalid) if one is not a state that a task can be in
 */
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
