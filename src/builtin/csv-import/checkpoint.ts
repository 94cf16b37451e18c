import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

const count = Type.Integer({ minimum: 0 });

/** The checkpoint of an import, committed in the same transaction as the rows of each chunk. */
const CheckpointSchema = Type.Object({
  /** The byte at which the next record starts. */
  offset: count,
  /** The line of that byte. */
  line: count,
  read: count,
  loaded: count,
  rejected: count,
  /** The length of the error report. */
  reportBytes: count,
  /** Size and modification time of the file, to detect changes. */
  fileBytes: count,
  fileModified: Type.Number(),
});

/** The checkpoint of an import. */
export type ImportCheckpoint = Static<typeof CheckpointSchema>;

/**
 * Reads the checkpoint of an earlier attempt.
 *
 * @returns `undefined` if there is none
 * @throws PermanentError if it is not the checkpoint of an import, or the file has changed
 */
export function readCheckpoint(
  value: unknown,
  file: { readonly size: number; readonly mtimeMs: number },
): ImportCheckpoint | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Check(CheckpointSchema, value)) {
    throw new PermanentError(
      message`The checkpoint of an earlier run does not belong to this definition; start a new task.`,
    );
  }
  if (value.fileBytes !== file.size || value.fileModified !== file.mtimeMs) {
    throw new PermanentError(
      message`The file has changed since an earlier run of this task loaded ${value.loaded} rows of it (${value.fileBytes} bytes then, ${file.size} now). Restore the file, or start a new task.`,
    );
  }
  return value;
}
