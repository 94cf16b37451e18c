/** The bucket can't be used as it is set. */
export class FilesUnreachable extends Error {
  constructor(bucket: string, cause: unknown) {
    const { name, message } = cause as Error;
    super(
      `The bucket "${bucket}" of BATCHLINE_FILES can't be used: ${name}${message === '' ? '' : `: ${message}`}`,
      { cause },
    );
    this.name = 'FilesUnreachable';
  }
}
