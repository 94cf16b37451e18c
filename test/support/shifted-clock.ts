import { readFileSync } from 'node:fs';

/*
 * Loaded before a process's own modules (`node --import`). Shifts its clock by the ms in the file named by CLOCK_FILE, which is
 * read repeatedly. Monotonic time is not changed.
 */

const RealDate = Date;
const file = process.env.CLOCK_FILE ?? '';
let ahead = 0;
let lookedAt = Number.NEGATIVE_INFINITY;

function shift(): number {
  if (performance.now() - lookedAt > 20) {
    lookedAt = performance.now();
    ahead = Number(readFileSync(file, 'utf8'));
  }
  return ahead;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + shift()] : args, newTarget),
  apply: () => new Date().toString(),
  get: (target, property, receiver) =>
    property === 'now' ? () => RealDate.now() + shift() : Reflect.get(target, property, receiver),
});
