import { invalid } from '../../core/errors.ts';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';
import {
  type Expression,
  kindOfExpression,
  type OrderColumn,
  writeExpression,
} from '../../core/odata/filter.ts';
import type { Cursor } from '../../db/queries/task-list.ts';

/** Encodes a paging cursor as `$skiptoken`. It is opaque to clients and valid for one `$orderBy` only. */
export function writeSkipToken(order: readonly OrderColumn[], cursor: Cursor): string {
  return Buffer.from(JSON.stringify([orderText(order), ...cursor])).toString('base64url');
}

/**
 * Decodes a paging cursor.
 *
 * @throws RequestError (invalid) if it was not written by `writeSkipToken` for the same order
 */
export function readSkipToken(order: readonly OrderColumn[], token: string): Cursor {
  const [orderOfToken, ...cursor] = parse(token);
  const fits =
    orderOfToken === orderText(order) &&
    cursor.length === order.length &&
    order.every((column, index) => isCursorValue(column, cursor[index]));
  if (!fits) throw wrongToken();
  return cursor as string[];
}

/** The position of a list over all cells. */
export interface CellsPosition {
  /** The number of tasks that are still to be skipped. */
  readonly skip: number;
  /** The `$skiptoken` of each cell, by its name. */
  readonly positions: Readonly<Record<string, string>>;
}

/** Encodes the position of a list over all cells as `$skiptoken`. */
export function writeCellsToken({ skip, positions }: CellsPosition): string {
  return Buffer.from(JSON.stringify(['cells', skip, positions])).toString('base64url');
}

/** Decodes the position of a list over all cells. @throws RequestError (invalid) if it is of another list */
export function readCellsToken(token: string): CellsPosition {
  const [kind, skip, positions] = parse(token);
  const isPosition =
    kind === 'cells' &&
    Number.isSafeInteger(skip) &&
    Number(skip) >= 0 &&
    typeof positions === 'object' &&
    positions !== null &&
    Object.values(positions).every((one) => typeof one === 'string');
  if (!isPosition) throw wrongToken();
  return { skip: skip as number, positions: positions as Record<string, string> };
}

function wrongToken(): Error {
  return invalid`$skiptoken does not belong to this list; the value from odata.nextLink is accepted, with the same $orderBy.`;
}

function orderText(order: readonly OrderColumn[]): string {
  return order.map((column) => `${writeExpression(column)}${column.descending ? ' desc' : ''}`).join();
}

function parse(token: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isCursorValue(column: Expression, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  switch (kindOfExpression(column)) {
    case 'text':
    case 'associate':
      return value.isWellFormed() && !value.includes('\0');
    case 'date':
      return value === '-infinity' || isInstant(value);
    default:
      return /^-?\d{1,10}$/.test(value) && Number(value) >= INT32_MIN && Number(value) <= INT32_MAX;
  }
}

function isInstant(text: string): boolean {
  const milliseconds = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z$/.exec(text)?.[1];
  if (milliseconds === undefined) return false;
  const date = new Date(`${milliseconds}Z`);
  return (
    !Number.isNaN(date.getTime()) && date.toISOString() === `${milliseconds}Z` && date.getUTCFullYear() > 0
  );
}
