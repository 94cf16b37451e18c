import type { Carrier } from '#client';
import type { ExitCode } from '../output.ts';
import { printTable, stateStyle, timeText } from '../table.ts';
import { type ConnectionOptions, connect, reportMissingCells } from './connection.ts';

/** `batchline worker list`: prints the live servers and workers with their current tasks. */
export async function listWorkers(
  options: ConnectionOptions & { readonly name?: string; readonly allCells?: boolean },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = {
    ...(options.name === undefined ? {} : { Definition: options.name }),
    ...(options.allCells === true ? { Cells: 'all' as const } : {}),
  };
  const call = client.GET('/api/v1/Workers', { params: { query } });
  const found = await answer(call);
  reportMissingCells((await call).response);
  printTable(found, { json: options.json, none: 'No workers.' }, [
    ...(options.allCells === true ? [{ head: 'Cell', of: (one: Carrier<'Worker'>) => one.Cell }] : []),
    { head: 'Name', of: (one) => one.Name },
    { head: 'Kind', of: (one) => one.Kind },
    { head: 'Version', of: (one) => one.Version },
    { head: 'Status', of: (one) => one.Status, style: (one) => stateStyle(one.Status) },
    { head: 'Slots', of: (one) => `${one.Running}/${one.Slots ?? '-'}`, right: true },
    { head: 'Started', of: (one) => timeText(one.Started) },
    { head: 'Tasks', of: tasksOf },
  ]);
  return 0;
}

function tasksOf({ Running, Tasks }: Carrier<'Worker'>): string {
  const shown = Tasks.slice(0, 5).map(({ Id, Name }) => `${Name} #${Id}`);
  return [...shown, ...(Running > shown.length ? [`+${Running - shown.length}`] : [])].join(', ');
}
