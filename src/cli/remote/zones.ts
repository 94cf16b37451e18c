import { type ExitCode, print } from '../output.ts';
import { formatProperties, printTable } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';

/** `batchline zone list`: prints the time zones with their codes. */
export async function listZones(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = { $select: 'id,timeZone,ianaName,country,region,offset,daylight' };
  const { value } = await answer(client.GET('/api/v1/TimeZone', { params: { query } }));
  printTable(value, { json: options.json, none: 'No time zones.' }, [
    { head: 'Id', of: (one) => String(one.id), right: true },
    { head: 'Code', of: (one) => String(one.timeZone) },
    { head: 'Name', of: (one) => String(one.ianaName) },
    { head: 'Country', of: (one) => String(one.country) },
    { head: 'Region', of: (one) => String(one.region) },
    { head: 'Offset', of: (one) => String(one.offset), right: true },
    { head: 'Summer', of: (one) => String(one.daylight), right: true },
  ]);
  return 0;
}

/** `batchline zone show [NAME]`: prints a time zone; by default, that of the caller. */
export async function showZone(name: string | undefined, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(
    name === undefined
      ? client.GET('/api/v1/TimeZone/current')
      : client.GET('/api/v1/TimeZone/{name}', { params: { path: { name } } }),
  );
  const { TimeZoneSTDRules: _, TimeZoneDSTRules: __, ...shown } = found;
  print(found, options.json, formatProperties(shown));
  return 0;
}
