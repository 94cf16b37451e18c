import type { FastifyInstance } from 'fastify';
import { forbidden } from '../../core/errors.ts';
import { TIME_ZONES, type TimeZone } from '../../core/time-zone.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { sendValue } from '../respond.ts';
import { timeZoneAgentOperation } from './time-zones.ts';
import { timeZoneIdOf, writePreferredTimeZone, writeTimeZoneData } from './time-zones-schema.ts';

/** A method of the TimeZone agent. */
interface TimeZoneMethod {
  readonly summary: string;
  /** The carrier that it answers, or answers a list of: its name in XML. */
  readonly carrier?: string;
  readonly answer: (base: TimeZone, locale: Locale) => unknown;
}

/** Time zones come with the runtime, and the base zone is a setting: calls change neither. */
const refuse = (): never => {
  throw forbidden`Time zones can't be changed by calls: they come with the server, and BATCHLINE_TIME_ZONE sets the base time zone.`;
};

/** Every method of the agent in SuperOffice's client, by its name. */
const METHODS: Readonly<Record<string, TimeZoneMethod>> = {
  GetDefaultTimeZoneInformation: {
    summary: 'The time zone of the caller.',
    carrier: 'PreferredTimeZone',
    answer: (_base, { timeZone }) => writePreferredTimeZone(timeZone, new Date()),
  },
  InitializeTimeZoneData: {
    summary: 'All time zones with their rules of this year.',
    carrier: 'TimeZoneData',
    answer: () => {
      const now = new Date();
      return TIME_ZONES.map((zone) => writeTimeZoneData(zone, now));
    },
  },
  GetBaseTimeZoneId: {
    summary: 'The id of the base time zone; 0 if it is not listed.',
    answer: (base) => timeZoneIdOf(base),
  },
  GetDefaultTimeZonePreference: {
    summary: 'The id of the time zone of callers who name none: the base time zone.',
    answer: (base) => timeZoneIdOf(base),
  },
  CheckNewTimeZoneDataAvailable: {
    summary: 'Whether newer rules are available: never, since they come with the server.',
    answer: () => false,
  },
  UpdateTimeZoneData: {
    summary: 'Whether newer rules were fetched: never, since they come with the server.',
    answer: () => false,
  },
  TimeOfLastTimeZoneUpdate: {
    summary: 'When newer rules were fetched: never.',
    answer: (_base, locale) => locale.date(null),
  },
  SetBaseTimeZoneId: { summary: 'Refused: the base time zone is a setting.', answer: refuse },
  ToggleActiveTimeZoneRow: { summary: 'Refused: all time zones are active.', answer: refuse },
  SetActiveTimeZoneRow: { summary: 'Refused: all time zones are active.', answer: refuse },
  SetActiveTimeZonesByFilter: { summary: 'Refused: all time zones are active.', answer: refuse },
  DeleteTimeZones: { summary: 'Refused: time zones come with the server.', answer: refuse },
};

/** The agent `/api/v1/Agents/TimeZone/<method>` (contract, section 6a). */
export async function timeZoneAgentRoutes(app: FastifyInstance, { base }: { base: TimeZone }): Promise<void> {
  for (const [name, { summary, carrier, answer }] of Object.entries(METHODS)) {
    const operation = timeZoneAgentOperation(name, summary);
    const config = carrier === undefined ? { operation } : { operation, answer: carrier };
    app.post(`/${name}`, { config }, async (request, reply) => {
      const told = answer(base, localeOf(request));
      return typeof told === 'string' ? sendValue(request, reply, told) : reply.send(told);
    });
  }
}
