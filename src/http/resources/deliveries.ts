import { Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import type { Delivery } from '../../db/queries/webhook-delivery.ts';
import type { Locale } from '../i18n/locale.ts';
import { DateTime, nullable } from '../openapi/operation.ts';

/** The states of a delivery. */
const DELIVERY_STATES = ['Waiting', 'Delivered', 'Dead'] as const;

/** The properties that describe how far any delivery is. */
export const DELIVERY_FACTS = {
  State: Type.Enum([...DELIVERY_STATES]),
  Tries: Type.Integer({ description: 'Number of attempts' }),
  NextTry: nullable(DateTime),
  Created: DateTime,
  Ended: nullable(DateTime),
};

/** The query of a list of deliveries. */
export const DELIVERY_QUERY = Type.Object({
  State: Type.Optional(Type.Enum([...DELIVERY_STATES])),
  Before: Type.Optional(
    Type.String({ pattern: '^\\d{1,15}$', description: 'Returns only deliveries with a smaller Id' }),
  ),
});

/** Writes the properties of `DELIVERY_FACTS`, and the last response. */
export function writeDeliveryFacts(delivery: Delivery, locale: Locale): object {
  return {
    State: delivery.state,
    Tries: delivery.tries,
    NextTry: delivery.state === 'Waiting' ? locale.date(delivery.nextTry) : null,
    Created: locale.date(delivery.created),
    Ended: delivery.ended === null ? null : locale.date(delivery.ended),
    Status: delivery.status,
    Answer: delivery.answer,
    Error: delivery.error,
  };
}

/** Reads the filter of a list of deliveries. @throws RequestError (invalid) */
export function readDeliveryQuery(query: Record<string, string>): {
  state: Delivery['state'] | undefined;
  beforeId: number | undefined;
} {
  let state: Delivery['state'] | undefined;
  let beforeId: number | undefined;
  for (const [name, value] of Object.entries(query)) {
    if (name.toLowerCase() === 'state') {
      state = DELIVERY_STATES.find((one) => one.toLowerCase() === value.toLowerCase());
      if (state === undefined)
        throw invalid`State is "${value.slice(0, 40)}"; ${DELIVERY_STATES.join(', ')} are accepted.`;
    } else if (name.toLowerCase() === 'before' && /^\d{1,15}$/.test(value)) beforeId = Number(value);
    else
      throw invalid`The query has ${name.slice(0, 40)}=${value.slice(0, 40)}; State, and Before with the id of a delivery, are accepted.`;
  }
  return { state, beforeId };
}

/** Reads the id of a delivery. @throws RequestError (invalid) */
export function readDeliveryId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid`"${text.slice(0, 40)}" is not the id of a delivery; a whole number is accepted.`;
}
