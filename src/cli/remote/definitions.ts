import { type ExitCode, formatProperties, print, printList } from '../output.ts';
import { type ConnectionOptions, connect } from './connection.ts';

/** `batchline definition list`: prints all definitions. */
export async function listDefinitions(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Definitions'));
  printList(found, options.json, (one) => [one.Name, one.Paused ? 'paused' : '-', one.Description]);
  return 0;
}

/** `batchline definition show NAME`: prints a definition and its parameters. */
export async function showDefinition(name: string, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Definitions/{name}', { params: { path: { name } } }));
  print(found, options.json, formatProperties(found));
  return 0;
}

/** `batchline definition pause NAME` and `resume NAME`. */
export async function pauseDefinition(
  name: string,
  paused: boolean,
  options: ConnectionOptions,
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const params = { path: { name } };
  const found = await answer(
    paused
      ? client.POST('/api/v1/Definitions/{name}/Pause', { params })
      : client.POST('/api/v1/Definitions/{name}/Resume', { params }),
  );
  print(found, options.json, `${paused ? 'Paused' : 'Resumed'} ${found.Name}.`);
  return 0;
}
