import type { Dispatcher } from 'undici';

/** How much more of a body is read than is kept, so that the connection can be used again. */
const DRAIN_BYTES = 64 * 1024;

/**
 * The beginning of a body; bytes that are not UTF-8 are replaced. One that is much longer than what is kept is
 * not read to its end.
 */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  keepBytes: number,
): Promise<{ body: string; truncated: boolean }> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (bytes < keepBytes) kept.push(chunk.subarray(0, keepBytes - bytes));
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > keepBytes + DRAIN_BYTES) break;
  }
  const truncated = bytes > keepBytes;
  // As a stream, the decoder leaves out a character that the cut has gone through.
  const text = new TextDecoder().decode(Buffer.concat(kept), { stream: truncated });
  return { body: text, truncated };
}
