import type { FastifyInstance } from 'fastify';
import { missing } from '../../domain/errors.ts';
import {
  findListedTimeZone,
  type ListedTimeZone,
  TIME_ZONES,
  yearlyOffsets,
} from '../../domain/time-zone.ts';
import * as operations from '../operations/server.ts';
import { describe } from '../wire/carrier-reader.ts';

const CONFIG = { answer: 'TimeZone' };

/** `/api/v1/timezone`: what SO-TimeZone can name (contract, section 5). Offsets are those of this year. */
export async function timeZoneRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', { config: { ...CONFIG, operation: operations.listTimeZones } }, async () => {
    const now = new Date();
    return TIME_ZONES.map((timeZone) => toWire(timeZone, now));
  });

  app.get<{ Params: { name: string } }>(
    '/:name',
    { config: { ...CONFIG, operation: operations.getTimeZone } },
    async (request) => {
      const timeZone = findListedTimeZone(request.params.name);
      if (timeZone === undefined) {
        throw missing`There is no time zone ${describe(request.params.name)}; GET /api/v1/timezone lists them.`;
      }
      return toWire(timeZone, new Date());
    },
  );
}

function toWire(timeZone: ListedTimeZone, now: Date): object {
  const { standard, daylight } = yearlyOffsets(timeZone, now);
  return {
    Id: timeZone.id,
    TimeZone: timeZone.code,
    Country: timeZone.country,
    Region: timeZone.region,
    Offset: writeOffset(standard),
    Daylight: daylight === standard ? '' : writeOffset(daylight),
    IsActive: true,
    IanaName: timeZone.iana,
  };
}

/** Minutes east of UTC as SuperOffice lists them: `+10:00`, `-5:00`, `0`. */
function writeOffset(minutes: number): string {
  if (minutes === 0) return '0';
  const distance = Math.abs(minutes);
  const rest = String(distance % 60).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${Math.floor(distance / 60)}:${rest}`;
}
