/** `BatchTaskCancellationBehaviour` by name, with SuperOffice's numbers (contract, section 1). */
export const CancellationBehaviour = { CanCancel: 0, CancelWithWarning: 1, CannotCancel: 2 } as const;

/** The name of a `BatchTaskCancellationBehaviour`. */
export type CancellationBehaviourName = keyof typeof CancellationBehaviour;

/**
 * The name that belongs to a stored number.
 *
 * @throws RangeError where there is none, which would be a corrupt row
 */
export function cancellationOf(number: number): CancellationBehaviourName {
  for (const [name, value] of Object.entries(CancellationBehaviour)) {
    if (value === number) return name as CancellationBehaviourName;
  }
  throw new RangeError(`${number} is not the number of a cancellation behaviour`);
}
