/** What has become of one try of a delivery. */
export type TryOutcome =
  | 'delivered'
  /** Another try follows. */
  | 'failed'
  /** It was the last one. */
  | 'dead';

/** Is told of every try of a delivery of a webhook. Never throws. */
export interface WebhookMeter {
  tried(outcome: TryOutcome, seconds: number): void;
}
