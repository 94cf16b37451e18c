import { type TSchema, type TUnsafe, Type } from 'typebox';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';

// What carriers are made of. A schema with a title is a component of the OpenAPI document by that name.

/** A time as answers have it (contract, section 5): no RFC 3339, since it has no offset unless one was asked for. */
export const DateTime = Type.String({
  title: 'DateTime',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?(Z|[+-]\\d\\d:?\\d\\d)?$',
  description:
    'ISO 8601, in the zone of SO-TimeZone, without an offset unless includeTZOffset asks for it; 0001-01-01T00:00:00 if it was never set',
  examples: ['2018-12-24T07:34:45', '2018-12-24T07:34:45-0500', '2001-10-22T09:40:59.9150653+02:00'],
});

/** A whole number of 32 bits. */
export const Int32 = Type.Integer({ minimum: INT32_MIN, maximum: INT32_MAX, format: 'int32' });

/** A schema, or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An object whose values are of one schema. */
export const dictionary = <T>(values: TSchema, options: object = {}): TUnsafe<Record<string, T>> =>
  Type.Unsafe<Record<string, T>>({ type: 'object', additionalProperties: values, ...options });

/** An object with any properties. */
export const AnyObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });
