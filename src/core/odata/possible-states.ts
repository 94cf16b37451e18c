import { type StoredState, TaskState } from '../task-state.ts';
import type { Comparison, Filter } from './filter.ts';

/** The possible results of a filter for tasks of which only the state is known. */
interface Outcomes {
  readonly canHold: boolean;
  readonly canFail: boolean;
}

const EITHER: Outcomes = { canHold: true, canFail: true };

/** Returns true if a filter can match a task in one of these states, regardless of its other columns. */
export function canBeIn(filter: Filter | undefined, states: readonly StoredState[]): boolean {
  return filter === undefined || states.some((state) => outcomesIn(filter, TaskState[state]).canHold);
}

function outcomesIn(filter: Filter, state: number): Outcomes {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.parts.map((part) => outcomesIn(part, state));
      return {
        canHold: parts.every(({ canHold }) => canHold),
        canFail: parts.some(({ canFail }) => canFail),
      };
    }
    case 'or': {
      const parts = filter.parts.map((part) => outcomesIn(part, state));
      return {
        canHold: parts.some(({ canHold }) => canHold),
        canFail: parts.every(({ canFail }) => canFail),
      };
    }
    case 'not': {
      const { canHold, canFail } = outcomesIn(filter.part, state);
      return { canHold: canFail, canFail: canHold };
    }
    case 'constant':
      return known(filter.value);
    case 'compare':
      return filter.column === 'State' && typeof filter.value === 'number'
        ? known(compares(state, filter.operator, filter.value))
        : EITHER;
    case 'among':
      return filter.column === 'State' ? known(filter.values.includes(state)) : EITHER;
    default:
      return EITHER;
  }
}

function known(holds: boolean): Outcomes {
  return { canHold: holds, canFail: !holds };
}

function compares(state: number, operator: Comparison, value: number): boolean {
  switch (operator) {
    case '=':
      return state === value;
    case '<':
      return state < value;
    case '<=':
      return state <= value;
    case '>':
      return state > value;
    case '>=':
      return state >= value;
  }
}
