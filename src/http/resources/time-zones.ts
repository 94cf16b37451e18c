import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, dictionary, Int32, nullable } from '../openapi/schemas.ts';
import { PreferredTimeZone, TimeZoneData } from './time-zones-schema.ts';

const tag = 'TimeZone';

const TimeZoneList = Type.Object(
  {
    'odata.metadata': Type.String(),
    'odata.nextLink': nullable(Type.String()),
    value: Type.Array(dictionary(Type.Unknown(), { title: 'TimeZoneRow' })),
  },
  { title: 'TimeZoneList' },
);

export const listTimeZonesOperation: Operation = {
  id: 'listTimeZones',
  access: ACCESS.readCommon,
  tag,
  summary: 'The time zones that SO-TimeZone can name, as an archive list.',
  description:
    'Columns: id, timeZone, country, region, offset, daylight, isActive; and ianaName, which only $select adds. Offsets are those of this year.',
  answers: { 200: TimeZoneList },
  reads: {
    query: Type.Object({
      $select: Type.Optional(Type.String({ examples: ['id,timeZone'] })),
      $orderBy: Type.Optional(Type.String({ examples: ['country desc,id'] })),
      $top: Type.Optional(Type.Integer({ minimum: 0 })),
      $skip: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  },
};

export const getBaseTimeZoneOperation: Operation = {
  id: 'getBaseTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: "The server's base time zone, with its rules.",
  answers: { 200: TimeZoneData },
};

export const getCurrentTimeZoneOperation: Operation = {
  id: 'getCurrentTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: 'The time zone of this call, with its rules: that of SO-TimeZone, else the base time zone.',
  answers: { 200: TimeZoneData },
};

export const getTimeZoneOperation: Operation = {
  id: 'getTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: 'One time zone by its id or code, with its rules.',
  answers: { 200: TimeZoneData },
  reads: { params: Type.Object({ name: Type.String({ examples: ['261', 'NO'] }) }) },
};

const Flag = Type.Boolean();

/** Arguments and answers of the methods of the TimeZone agent, by their names; they are those of SuperOffice's client. */
const TIME_ZONE_METHODS: Readonly<
  Record<string, { args?: Record<string, TSchema>; answer: TSchema | null }>
> = {
  GetDefaultTimeZoneInformation: { answer: PreferredTimeZone },
  InitializeTimeZoneData: { answer: Type.Array(TimeZoneData) },
  GetBaseTimeZoneId: { answer: Int32 },
  GetDefaultTimeZonePreference: { answer: Int32 },
  CheckNewTimeZoneDataAvailable: { answer: Flag },
  UpdateTimeZoneData: { answer: Flag },
  TimeOfLastTimeZoneUpdate: { answer: DateTime },
  SetBaseTimeZoneId: { args: { TimezoneId: Int32 }, answer: null },
  ToggleActiveTimeZoneRow: { args: { Id: Int32 }, answer: null },
  SetActiveTimeZoneRow: { args: { Id: Int32, Active: Flag }, answer: null },
  SetActiveTimeZonesByFilter: { args: { Filter: Type.String(), Active: Flag }, answer: null },
  DeleteTimeZones: { answer: null },
};

/** The OpenAPI operation of a method of the TimeZone agent. */
export function timeZoneAgentOperation(name: string, summary: string): Operation {
  const method = TIME_ZONE_METHODS[name];
  if (method === undefined) throw new Error(`the arguments of ${name} are not described`);
  return {
    id: `TimeZone_${name}`,
    access: method.answer === null ? ACCESS.write : ACCESS.readCommon,
    tag,
    summary,
    answers: method.answer === null ? { 204: null } : { 200: method.answer },
    reads: { body: Type.Object(method.args ?? {}), bodyIsOptional: true },
  };
}
