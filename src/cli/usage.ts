/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** What was asked for can't be done as things are; the message says why. */
export class CommandRefused extends Error {
  /** As a server would answer it. */
  readonly status = 409;

  constructor(message: string) {
    super(message);
    this.name = 'CommandRefused';
  }
}
