import type { Carrier } from '#client';
import { type ExitCode, escapeLine, print } from '../output.ts';
import { durationText, formatProperties, timeText } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';

type Statistics = Carrier<'Statistics'>;

/** `batchline status`: prints version and health of a server. @returns 5 if it is not ready */
export async function showStatus(options: ConnectionOptions): Promise<ExitCode> {
  const { url, client, answer } = await connect(options);
  const versions = await answer(client.GET('/api'));
  const { data, error } = await client.GET('/health');
  const health = (data ?? error) as Carrier<'HealthSummary'>;
  const { NetServerVersion: Version, NetServerDate: Started } = versions as Carrier<'Versions'>;
  const shown = { Server: url, Version, Started, ...health };
  const text = formatProperties({
    ...shown,
    UptimeSeconds: null,
    Uptime: durationText(health.UptimeSeconds),
    DatabaseMilliseconds: null,
    Database: health.DatabaseMilliseconds === null ? null : `${health.DatabaseMilliseconds} ms`,
  });
  print(shown, options.json, text);
  return data === undefined ? 5 : 0;
}

/** `batchline statistics`: prints the queues, ends and failures of all definitions. */
export async function showStatistics(
  options: ConnectionOptions & { readonly minutes?: number },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = options.minutes === undefined ? {} : { Minutes: String(options.minutes) };
  const found = await answer(client.GET('/api/v1/Statistics', { params: { query } }));
  const names = new Set([...found.Changes, ...found.Queues].map(({ Name }) => Name));
  const lines = [...names].sort().map((name) => {
    const changes = found.Changes.filter((change) => change.Name === name);
    const sum = (key: 'Registered' | 'Succeeded' | 'Failed' | 'Stopped'): number =>
      changes.reduce((total, change) => total + change[key], 0);
    const queue = found.Queues.find(({ Name }) => Name === name);
    const ends = `${sum('Registered')} created, ${sum('Succeeded')} succeeded, ${sum('Failed')} failed, ${sum('Stopped')} stopped`;
    return `${escapeLine(name)}: ${ends}${queue === undefined ? '' : `; ${queueText(queue)}`}`;
  });
  const text = [`Since ${timeText(found.Since)}`, ...lines, ...failureLines(found.Failures)];
  print(found, options.json, text.join('\n'));
  return 0;
}

/** The queue of a definition, in words. */
export function queueText({ Due, Later, Oldest, Running }: Statistics['Queues'][number]): string {
  const since = Oldest === null ? '' : `, the oldest since ${timeText(Oldest)}`;
  return `${Due} due${since}, ${Later} later, ${Running} running`;
}

/** The failures with the same reason, a line each. */
export function failureLines(failures: Statistics['Failures']): string[] {
  if (failures.length === 0) return [];
  return [
    'Failures:',
    ...failures.map(({ Name, Tasks, LastId, LastAt, Result }) =>
      escapeLine(
        `  ${Tasks} of ${Name}, last task ${LastId} at ${timeText(LastAt)}: ${Result.split('\n', 1)[0]}`,
      ),
    ),
  ];
}
