import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inBase64 } from './blob-agent.ts';

test('chunks of any size encode like the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 10 }), { maxLength: 8 }), async (chunks) => {
      const content = async function* () {
        yield* chunks;
      };
      let text = '';
      for await (const part of inBase64(content(), '<', '>')) text += part;
      expect(text).toBe(`<${Buffer.concat(chunks).toString('base64')}>`);
    }),
  );
});
