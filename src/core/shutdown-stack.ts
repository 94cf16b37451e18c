/** Releases a resource that was acquired at startup. */
export type ShutdownCallback = () => void | Promise<void>;

/** Shutdown callbacks, run in reverse order: `AsyncDisposableStack`, which Node.js 22 does not have. */
export class ShutdownStack {
  readonly #callbacks: ShutdownCallback[] = [];

  /** Adds a callback, which runs before those that were added earlier. */
  defer(callback: ShutdownCallback): void {
    this.#callbacks.push(callback);
  }

  /**
   * Runs and removes all callbacks, one at a time, even if some of them throw.
   *
   * @throws the error of the callback that failed; AggregateError if several failed
   */
  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (const callback of this.#callbacks.splice(0).reverse()) {
      try {
        await callback();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'Several parts failed to shut down.');
  }
}
