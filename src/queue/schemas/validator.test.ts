import { expect, test } from 'vitest';
import { SchemaValidator } from './validator.ts';

test('checks each property by its own pattern', () => {
  const validator = new SchemaValidator({
    type: 'object',
    properties: {
      table: { type: 'string', pattern: '^[a-z]+$' },
      delimiter: { type: 'string', pattern: '^[^"]$' },
    },
  });
  expect(validator.errorsOf({ table: 'numbers', delimiter: ',' })).toEqual([]);
  expect(validator.errorsOf({ table: ',', delimiter: 'numbers' })).toHaveLength(2);
});
