import type { Carrier } from '#client';
import { type Column, stateStyle, timeText } from '../table.ts';
import type { ConnectionOptions } from './connection.ts';

type Delivery = Carrier<'WebhookDelivery'> | Carrier<'SubscriptionDelivery'>;

/** Options of a list of deliveries. */
export interface DeliveryOptions extends ConnectionOptions {
  readonly state?: Delivery['State'];
  readonly before?: number;
}

/** The query of a list of deliveries. */
export function deliveryQuery({ state, before }: DeliveryOptions) {
  return {
    ...(state === undefined ? {} : { State: state }),
    ...(before === undefined ? {} : { Before: String(before) }),
  };
}

/** The columns of the deliveries of webhooks and subscriptions. */
export function deliveryColumns<One extends Delivery>(about: Column<One>): Column<One>[] {
  return [
    { head: 'Id', of: (one) => one.Id, right: true },
    { head: 'State', of: (one) => one.State, style: (one) => stateStyle(one.State) },
    { head: 'Created', of: (one) => timeText(one.Created) },
    { head: 'Tries', of: (one) => one.Tries, right: true },
    { head: 'Next try', of: (one) => timeText(one.NextTry) },
    { head: 'Status', of: (one) => one.Status, right: true },
    about,
    { head: 'Error', of: (one) => one.Error, style: () => 'red' },
  ];
}

/** The outcome of a delivery in a sentence. */
export function deliveryText({ Id, State, Status, Error: error }: Delivery): string {
  const status = Status === null ? '' : ` with status ${Status}`;
  if (State === 'Delivered') return `Delivered${status} (delivery ${Id}).`;
  return error ? `Delivery ${Id} failed${status}: ${error}` : `Delivery ${Id} is being sent.`;
}
