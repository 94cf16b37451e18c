import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

const count = Type.Integer({ minimum: 0 });

/** What an import keeps with each chunk, in the same transaction as the chunk's rows. */
const CheckpointSchema = Type.Object({
  /** The byte at which the next record begins. */
  offset: count,
  /** The line it is on. */
  line: count,
  read: count,
  loaded: count,
  rejected: count,
  /** The length of the error report. */
  reportBytes: count,
  /** The file that the offset belongs to. */
  fileBytes: count,
  fileModified: Type.Number(),
});

/** How far an import is. */
export type ImportCheckpoint = Static<typeof CheckpointSchema>;

/**
 * Reads the checkpoint of an earlier attempt.
 *
 * @returns `undefined` where there is none
 * @throws PermanentError where it is not one of an import, or the file is another one now
 */
export function readCheckpoint(
  value: unknown,
  file: { readonly size: number; readonly mtimeMs: number },
): ImportCheckpoint | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Check(CheckpointSchema, value)) {
    throw new PermanentError(
      message`The checkpoint of an earlier run is not one of this definition; start a new task.`,
    );
  }
  if (value.fileBytes !== file.size || value.fileModified !== file.mtimeMs) {
    throw new PermanentError(
      message`The file has changed since an earlier run of this task loaded ${value.loaded} rows of it (${value.fileBytes} bytes then, ${file.size} now). Put the same file back, or start a new task.`,
    );
  }
  return value;
}
