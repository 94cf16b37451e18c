import { invalid } from '../../core/errors.ts';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';
import { type Expression, kindOfExpression, writeExpression } from '../../core/odata/expression.ts';
import type { OrderColumn } from '../../core/odata/order.ts';
import type { Place } from '../../db/queries/task-list.ts';

/** A place in an order as `$skiptoken` carries it. It is opaque to clients, and belongs to one `$orderBy`. */
export function writeSkipToken(order: readonly OrderColumn[], place: Place): string {
  return Buffer.from(JSON.stringify([orderText(order), ...place])).toString('base64url');
}

/**
 * Reads a place.
 *
 * @throws RequestError (invalid) if it was not written by `writeSkipToken` for the same order
 */
export function readSkipToken(order: readonly OrderColumn[], token: string): Place {
  const [orderOfToken, ...place] = parse(token);
  const fits =
    orderOfToken === orderText(order) &&
    place.length === order.length &&
    order.every((column, index) => isPlaceOf(column, place[index]));
  if (!fits)
    throw invalid`$skiptoken does not belong to this list; what odata.nextLink had is accepted, with the same $orderBy.`;
  return place as string[];
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

function isPlaceOf(column: Expression, value: unknown): boolean {
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
