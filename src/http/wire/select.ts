import { invalid } from '../../domain/errors.ts';
import { BATCH_TASK_PROPERTIES, type BatchTaskInfo } from './batch-task-info.ts';

const byLowerName = new Map(BATCH_TASK_PROPERTIES.map((name) => [name.toLowerCase(), name as string]));

/**
 * Reads `$select` of an agent call (contract, section 3).
 *
 * @returns the properties to keep, or `undefined` where all are
 * @throws Refusal where a name is not a property
 */
export function readSelect(text: string | undefined): ReadonlySet<string> | undefined {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  return new Set(
    names.map((name) => {
      const property = byLowerName.get(name.toLowerCase());
      if (property === undefined) {
        throw invalid`$select names "${name}"; ${BATCH_TASK_PROPERTIES.join(', ')} are accepted.`;
      }
      return property;
    }),
  );
}

/** The carrier with every property null that is not selected. */
export function applySelect(
  carrier: BatchTaskInfo,
  selected: ReadonlySet<string> | undefined,
): BatchTaskInfo {
  if (selected === undefined) return carrier;
  return Object.fromEntries(
    Object.entries(carrier).map(([name, value]) => [name, selected.has(name) ? value : null]),
  );
}
