import type { Carrier } from '#client';
import { type ExitCode, printList } from '../output.ts';
import { type ConnectionOptions, connect } from './connection.ts';

/** `batchline worker list`: prints the live servers and workers with their current tasks. */
export async function listWorkers(
  options: ConnectionOptions & { readonly name?: string },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = options.name === undefined ? {} : { Definition: options.name };
  const found = await answer(client.GET('/api/v1/Workers', { params: { query } }));
  printList(found, options.json, (one) => [
    one.Name,
    one.Kind ?? '-',
    one.Version ?? '-',
    one.Status,
    `${one.Running}/${one.Slots ?? '-'}`,
    one.Started ?? '-',
    tasksOf(one),
  ]);
  return 0;
}

function tasksOf({ Running, Tasks }: Carrier<'Worker'>): string {
  const shown = Tasks.slice(0, 5).map(({ Id, Name }) => `${Name} #${Id}`);
  return [...shown, ...(Running > shown.length ? [`+${Running - shown.length}`] : [])].join(', ') || '-';
}
