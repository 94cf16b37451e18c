import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { OperatorError } from '../../core/errors.ts';

/** Reads the parameters of a task from `name=value` pairs, whose value `@FILE` is read from a file. */
export async function readPairs(
  pairs: readonly string[],
  option = '--parameter',
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const pair of pairs) {
    const [name, value] = splitPair(option, pair);
    found[name] = value.startsWith('@') ? await readValue(option, value) : value;
  }
  return found;
}

/** Splits `name=value`. @throws OperatorError `USAGE_INVALID` */
export function splitPair(option: string, pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=');
  if (equals < 1)
    throw new OperatorError('USAGE_INVALID', `${option} is "${pair}"; it must have the form name=value`);
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}

/** Reads `@FILE` without its last line break, as a shell's `$(cat FILE)` does; `@@text` is the text `@text`. */
async function readValue(option: string, value: string): Promise<string> {
  if (value.startsWith('@@')) return value.slice(1);
  const content = await readFile(value.slice(1), 'utf8').catch((error: Error) => {
    throw new OperatorError(
      'USAGE_INVALID',
      `can't read the file of ${option} (${error.message}); write @@ for a value that begins with @`,
      error,
    );
  });
  return content.replace(/[\r\n]+$/, '');
}

/** Reads a JSON object from a text, from `@FILE`, or from standard input for `-`. @throws OperatorError `USAGE_INVALID` */
export async function readObject(source: string): Promise<Record<string, unknown>> {
  const json =
    source === '-'
      ? await text(process.stdin)
      : source.startsWith('@')
        ? await readFile(source.slice(1), 'utf8').catch((error: Error) => {
            throw new OperatorError('USAGE_INVALID', `can't read the file of --parameters: ${error.message}`);
          })
        : source;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new OperatorError('USAGE_INVALID', `--parameters is not JSON: ${(error as Error).message}`);
  }
  throw new OperatorError(
    'USAGE_INVALID',
    '--parameters is not a JSON object; pass a JSON object, @FILE or -',
  );
}
