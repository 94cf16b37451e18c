import { BATCH_TASK_PROPERTIES, type BatchTaskInfo } from './batch-task-codec.ts';

/** The properties that `$select` names, in lower case, each with the selection inside it; `'all'` is everything. */
type Selection = 'all' | ReadonlyMap<string, Selection>;

/** Dictionaries: entries that are not selected are left out, since null would be a value. */
const DICTIONARIES: ReadonlySet<string> = new Set(['ParameterObject', 'FieldProperties']);

const known: ReadonlySet<string> = new Set(BATCH_TASK_PROPERTIES.map((name) => name.toLowerCase()));

/** Anything beyond these limits is ignored. */
const MAX_PATHS = 1000;
const MAX_DEPTH = 64;

/**
 * Returns a function that applies `$select` to the carriers of an answer (contract, sections 2 and 3): properties that
 * it does not name are null, numbers and flags too. Names match in any casing; `TableRight/Mask` selects inside a
 * property; unknown names are ignored.
 *
 * @param query the query of the request; without a `$select`, or with a blank one, carriers stay as they are
 */
export function selector(query: unknown): (carrier: BatchTaskInfo) => BatchTaskInfo {
  const selection = readSelection(query);
  return (carrier) => (selection === 'all' ? carrier : pick(carrier, selection, false));
}

function readSelection(query: unknown): Selection {
  const option = Object.entries(query as Record<string, unknown>).find(
    ([name]) => name.toLowerCase() === '$select',
  );
  const paths = String(option?.[1] ?? '')
    .split(',', MAX_PATHS)
    .map((path) => path.trim().toLowerCase())
    .filter((path) => path !== '');
  if (paths.length === 0) return 'all';
  const selection = new Map<string, Selection>();
  for (const path of paths) {
    const names = path.split('/', MAX_DEPTH).map((name) => name.trim());
    if (known.has(names[0] ?? '')) select(selection, names);
  }
  return selection;
}

/** Adds a path. A property that is selected as a whole stays so. */
function select(selection: Map<string, Selection>, [name = '', ...inner]: readonly string[]): void {
  const present = selection.get(name);
  if (inner.length === 0 || present === 'all') {
    selection.set(name, 'all');
    return;
  }
  const within = new Map(present);
  select(within, inner);
  selection.set(name, within);
}

function pick(
  object: Record<string, unknown>,
  selection: ReadonlyMap<string, Selection>,
  isDictionary: boolean,
) {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const selected = selection.get(name.toLowerCase());
    if (selected === undefined) {
      if (!isDictionary) picked[name] = null;
    } else if (selected === 'all' || typeof value !== 'object' || value === null || Array.isArray(value)) {
      picked[name] = value;
    } else {
      picked[name] = pick(value as Record<string, unknown>, selected, DICTIONARIES.has(name));
    }
  }
  return picked;
}
