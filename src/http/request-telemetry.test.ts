import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestIdOf } from './request-telemetry.ts';

test('takes the id of the caller, where it is one that a log can hold', () => {
  for (const id of ['a', 'order/4711', 'b3:7=.@+-_', 'x'.repeat(128)])
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id);
});

test('makes one where there is none, or it is anything else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ minLength: 129 }), fc.constant(undefined)), (given) => {
      const id = requestIdOf({ headers: given === undefined ? {} : { 'x-request-id': given } });
      expect(id).toMatch(/^[\w.:@/+=-]{1,128}$/);
    }),
  );
});
