/** Resolves at SIGINT or SIGTERM; from then on another one ends the process at once. */
export function untilSignal(): Promise<'signalled'> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve('signalled');
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
}
