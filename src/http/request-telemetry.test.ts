import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestIdOf } from './request-telemetry.ts';

test('uses the id of the caller if it is safe to log', () => {
  for (const id of ['a', 'order/4711', 'b3:7=.@+-_', 'x'.repeat(128)])
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id);
});

test('generates an id if it is missing or not safe', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ minLength: 129 }), fc.constant(undefined)), (given) => {
      const id = requestIdOf({ headers: given === undefined ? {} : { 'x-request-id': given } });
      expect(id).toMatch(/^[\w.:@/+=-]{1,128}$/);
    }),
  );
});
