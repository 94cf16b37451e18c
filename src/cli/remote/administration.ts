import type { Carrier } from '#client';
import { type ExitCode, printList } from '../output.ts';
import { type ConnectionOptions, connect } from './connection.ts';

type Entry = Carrier<'AdministrationEntry'>;

/** Options of `audit`. */
export interface AuditOptions extends ConnectionOptions {
  readonly kind?: Entry['Kind'];
  readonly top?: number;
  readonly before?: number;
}

/** `batchline audit`: prints administrative actions, latest first. */
export async function listAudit(options: AuditOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const { kind: Kind, top: Top, before: Before } = options;
  const query = {
    ...(Kind === undefined ? {} : { Kind }),
    ...(Top === undefined ? {} : { Top }),
    ...(Before === undefined ? {} : { Before }),
  };
  const found = await answer(client.GET('/api/v1/Administration/Audit', { params: { query } }));
  printList(found, options.json, (entry) => [
    entry.Id,
    entry.At,
    entry.Actor || (entry.Means === 'Server' ? 'server' : 'operator'),
    entry.Action,
    entry.Kind,
    entry.ObjectName,
    entry.Changes.map(textOf).join('; ') || '-',
  ]);
  return 0;
}

function textOf({ Property, From, To }: Entry['Changes'][number]): string {
  if (From === null && To === null) return Property;
  return `${Property}: ${From || '-'} → ${To || '-'}`;
}
