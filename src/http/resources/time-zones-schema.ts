import { Type } from 'typebox';
import { isoNumberOf } from '../../core/language.ts';
import {
  type ClockChange,
  codeOf,
  findListedTimeZone,
  rulesOf,
  type TimeZone,
} from '../../core/time-zone.ts';
import { dictionary, Int32 } from '../openapi/operation.ts';

const TimeZoneRule = Type.Object(
  {
    TZOffset: Type.Integer({ description: 'Minutes east of UTC' }),
    StartRulePattern: Type.String({ examples: ['0200 LST-SUN-MAR'] }),
    EndRulePattern: Type.String({ examples: ['0300 LST-SUN-OCT'] }),
    StartDay: Type.Integer(),
    StartMonth: Type.Integer(),
    EndDay: Type.Integer(),
    EndMonth: Type.Integer(),
  },
  {
    title: 'TimeZoneRule',
    description: 'When daylight saving time begins and ends; zeros in rules of standard time',
  },
);

const Rules = dictionary<import('typebox').Static<typeof TimeZoneRule>>(TimeZoneRule, {
  description: 'The rule of the current year, by year',
});

/** A time zone with its rules (contract, section 5). */
export const TimeZoneData = Type.Object(
  {
    TZLocationID: Type.Integer({ description: '0 if GET /TimeZone does not list the time zone' }),
    Name: Type.String({ examples: ['Norway'] }),
    TZLocationCode: Type.String({ examples: ['NO', 'US-NY'] }),
    TZLocationCities: Type.String({ examples: ['Oslo'] }),
    IsoNumber: Type.Integer({ description: 'The ISO 3166-1 number of the country; 0 if it has none' }),
    TimeZoneSTDRules: Rules,
    TimeZoneDSTRules: Rules,
  },
  { title: 'TimeZoneData' },
);

/** The time zone of a caller, as the TimeZone agent returns it. */
export const PreferredTimeZone = Type.Object(
  {
    PreferenceId: Type.Integer({ description: 'Always 0: users have no preferences' }),
    TZLocationId: Int32,
    LocationCode: Type.String(),
    Description: Type.String(),
    Country: Type.String(),
    Bias: Type.Integer({ description: 'Minutes east of UTC in standard time' }),
  },
  { title: 'PreferredTimeZone' },
);

/** Serializes a time zone with its rules of the year of `now`, as TimeZoneData. */
export function writeTimeZoneData(timeZone: TimeZone, now: Date): object {
  const { id, name, country, city, code } = namesOf(timeZone);
  const year = now.getUTCFullYear();
  const { standard, daylight } = rulesOf(timeZone, year);
  return {
    TZLocationID: id,
    Name: name,
    TZLocationCode: code,
    TZLocationCities: city,
    IsoNumber: isoNumberOf(country),
    TimeZoneSTDRules: { [year]: rule(standard) },
    TimeZoneDSTRules:
      daylight === undefined ? {} : { [year]: rule(daylight.offset, daylight.start, daylight.end) },
  };
}

/** Serializes a time zone as PreferredTimeZone. */
export function writePreferredTimeZone(timeZone: TimeZone, now: Date): object {
  const { id, code, name, countryName } = namesOf(timeZone);
  return {
    PreferenceId: 0,
    TZLocationId: id,
    LocationCode: code,
    Description: name,
    Country: countryName,
    Bias: rulesOf(timeZone, now.getUTCFullYear()).standard,
  };
}

/** The id of a time zone in `GET /TimeZone`; 0 if it is not listed. */
export function timeZoneIdOf(timeZone: TimeZone): number {
  return namesOf(timeZone).id;
}

function namesOf(timeZone: TimeZone) {
  const code = codeOf(timeZone);
  const listed = findListedTimeZone(code);
  const city = timeZone.iana.split('/').slice(1).at(-1)?.replaceAll('_', ' ') ?? '';
  const countryName = listed?.country ?? '';
  const name = [countryName, listed?.region ?? timeZone.iana].filter((part) => part !== '').join(', ');
  return { id: listed?.id ?? 0, code, name, countryName, city, country: code.slice(0, 2) };
}

function rule(offset: number, start?: ClockChange, end?: ClockChange): object {
  return {
    TZOffset: offset,
    StartRulePattern: start?.pattern ?? '',
    EndRulePattern: end?.pattern ?? '',
    StartDay: start?.day ?? 0,
    StartMonth: start?.month ?? 0,
    EndDay: end?.day ?? 0,
    EndMonth: end?.month ?? 0,
  };
}
