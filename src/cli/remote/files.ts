import { createReadStream, createWriteStream } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { type ExitCode, escapeLine, print } from '../output.ts';
import { printTable, timeText } from '../table.ts';
import { type Connection, type ConnectionOptions, connect, serverUnreachable } from './connection.ts';

/** Uploads a file. @throws OperatorError `USAGE_INVALID` if it can't be read */
export async function uploadFile(
  { client, answer }: Connection,
  file: string,
  name = basename(file),
): Promise<Carrier<'CreatedUpload'>> {
  const { size } = await stat(file).catch((error: Error) => {
    throw new OperatorError('USAGE_INVALID', `can't read ${file}: ${error.message}`, error);
  });
  // The content is not JSON, so its type is not that of the client.
  const init = {
    params: { query: { Name: name } },
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(size) },
    body: createReadStream(file),
    bodySerializer: Readable.toWeb,
    duplex: 'half',
  };
  return (await answer(client.POST('/api/v1/Uploads', init as never))) as Carrier<'CreatedUpload'>;
}

/** `batchline upload add FILE`: uploads a file and prints the value for parameters. */
export async function addUpload(
  file: string,
  options: ConnectionOptions & { readonly name?: string },
): Promise<ExitCode> {
  const upload = await uploadFile(await connect(options), file, options.name);
  print(upload, options.json, upload.File);
  return 0;
}

/** `batchline upload list`: prints the caller's uploads. */
export async function listUploads(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Uploads'));
  printTable(found, { json: options.json, none: 'No uploads.' }, [
    { head: 'File', of: (one) => one.File },
    { head: 'Name', of: (one) => one.Name },
    { head: 'Bytes', of: (one) => one.Bytes, right: true },
    { head: 'Created', of: (one) => timeText(one.Created) },
    { head: 'Last used', of: (one) => timeText(one.LastUsed) },
  ]);
  return 0;
}

/** `batchline upload remove FILE`: removes an upload. */
export async function removeUpload(id: string, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Uploads/{id}', { params: { path: { id } } }));
  print({ Removed: id }, options.json, `Removed ${id}.`);
  return 0;
}

/** `batchline task file ID`: saves the result file of a task, under its own name by default. Overwrites no file. */
export async function downloadFile(
  id: number,
  options: ConnectionOptions & { readonly output?: string },
): Promise<ExitCode> {
  const { url, client, answer } = await connect(options);
  const call = client.GET('/api/v1/BatchTask/{id}/File', { params: { path: { id } }, parseAs: 'stream' });
  const body = (await answer(call as never)) as ReadableStream<Uint8Array>;
  const { headers } = (await call).response;
  const source = Readable.fromWeb(body as never);
  const output = options.output ?? nameOf(headers.get('content-disposition')) ?? `task-${id}`;
  const copy = async (to: Writable, end: boolean): Promise<void> => {
    await pipeline(source, to, { end }).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall !== undefined)
        throw new OperatorError('USAGE_INVALID', `can't write ${output}: ${error.message}`, error);
      throw serverUnreachable(url, error);
    });
  };
  if (output === '-') {
    await copy(process.stdout, false);
    return 0;
  }
  const exists = await access(output).then(
    () => true,
    () => false,
  );
  if (exists) {
    source.destroy();
    throw new OperatorError('FILE_EXISTS', `${output} exists already; name another file with --output`);
  }
  // An interrupted download leaves no file that looks complete.
  const partial = `${output}.part`;
  try {
    await copy(createWriteStream(partial), true);
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const { size } = await stat(output);
  print({ File: output, Bytes: size }, options.json, escapeLine(`Saved ${output} (${size} bytes).`));
  return 0;
}

/** The name in a Content-Disposition, without folders; `undefined` if it has none. */
function nameOf(disposition: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition ?? '')?.[1]?.replaceAll(/\\(.)/g, '$1');
  const simple = /filename=([^;"\s]+)/i.exec(disposition ?? '')?.[1];
  const name = encoded === undefined ? (plain ?? simple) : decodeURIComponent(encoded);
  const safe = name === undefined ? '' : basename(name.replaceAll('\\', '/'));
  return safe === '' || safe.startsWith('.') ? undefined : safe;
}
