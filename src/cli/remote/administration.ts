import type { Carrier } from '#client';
import type { ExitCode } from '../output.ts';
import { printTable, timeText } from '../table.ts';
import { type ConnectionOptions, connect, reportMissingCells } from './connection.ts';

type Entry = Carrier<'AdministrationEntry'>;

/** Options of `audit`. */
export interface AuditOptions extends ConnectionOptions {
  readonly kind?: Entry['Kind'];
  readonly object?: string;
  readonly actor?: number;
  readonly top?: number;
  readonly before?: number;
  readonly allCells?: boolean;
}

/** `batchline audit`: prints administrative actions, latest first. */
export async function listAudit(options: AuditOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const { kind: Kind, object: ObjectName, actor: ActorId, top: Top, before: Before } = options;
  const Cells = options.allCells === true ? ('all' as const) : undefined;
  const query = Object.fromEntries(
    Object.entries({ Kind, ObjectName, ActorId, Top, Before, Cells }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const call = client.GET('/api/v1/Administration/Audit', { params: { query } });
  const found = await answer(call);
  reportMissingCells((await call).response);
  printTable(found, { json: options.json, none: 'No changes.' }, [
    { head: 'Id', of: (entry) => entry.Id, right: true },
    ...(options.allCells === true ? [{ head: 'Cell', of: (entry: Entry) => entry.Cell }] : []),
    { head: 'At', of: (entry) => timeText(entry.At) },
    { head: 'By', of: (entry) => entry.Actor || (entry.Means === 'Server' ? 'server' : 'operator') },
    { head: 'Action', of: (entry) => entry.Action },
    { head: 'Kind', of: (entry) => entry.Kind },
    { head: 'Name', of: (entry) => entry.ObjectName },
    { head: 'Changes', of: (entry) => entry.Changes.map(textOf).join('; ') },
  ]);
  return 0;
}

function textOf({ Property, From, To }: Entry['Changes'][number]): string {
  if (From === null && To === null) return Property;
  return `${Property}: ${From || '-'} → ${To || '-'}`;
}
