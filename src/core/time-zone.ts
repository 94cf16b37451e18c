import { FixedOffsetZone, IANAZone, type Zone } from 'luxon';

/** id, code, IANA name, region. */
type TimeZoneRow = readonly [id: number, code: string, iana: string, region?: string];

/** The zones that SuperOffice publishes, with its ids (contract, section 5). */
const PUBLISHED = `
  1 UTC UTC UTC/GMT; 36 AU-ACT Australia/Sydney Capital Territory; 50 BD Asia/Dhaka; 114 CA-QC America/Toronto Quebec;
  140 DK Europe/Copenhagen; 156 FR Europe/Paris; 261 NO Europe/Oslo; 425 US-CA America/Los_Angeles California;
  433 US-HI Pacific/Honolulu Hawaii; 460 US-NY America/New_York New York;
`;

/**
 * The other zones. SuperOffice's ids of these are not public, so the ids start far above its own. An id never changes its
 * meaning: append new zones with the next free id, regardless of their code.
 */
const ADDED = `
  10001 AD Europe/Andorra; 10002 AE Asia/Dubai; 10003 AF Asia/Kabul; 10004 AG America/Antigua;
  10005 AI America/Anguilla; 10006 AL Europe/Tirane; 10007 AM Asia/Yerevan; 10008 AO Africa/Luanda;
  10009 AQ Antarctica/McMurdo; 10010 AR America/Argentina/Buenos_Aires; 10011 AS Pacific/Pago_Pago;
  10012 AT Europe/Vienna; 10013 AU-NSW Australia/Sydney New South Wales;
  10014 AU-NT Australia/Darwin Northern Territory; 10015 AU-QLD Australia/Brisbane Queensland;
  10016 AU-SA Australia/Adelaide South Australia; 10017 AU-TAS Australia/Hobart Tasmania;
  10018 AU-VIC Australia/Melbourne Victoria; 10019 AU-WA Australia/Perth Western Australia; 10020 AW America/Aruba;
  10021 AX Europe/Mariehamn; 10022 AZ Asia/Baku; 10023 BA Europe/Sarajevo; 10024 BB America/Barbados;
  10025 BE Europe/Brussels; 10026 BF Africa/Ouagadougou; 10027 BG Europe/Sofia; 10028 BH Asia/Bahrain;
  10029 BI Africa/Bujumbura; 10030 BJ Africa/Porto-Novo; 10031 BL America/St_Barthelemy; 10032 BM Atlantic/Bermuda;
  10033 BN Asia/Brunei; 10034 BO America/La_Paz; 10035 BQ America/Kralendijk; 10036 BR-AC America/Rio_Branco Acre;
  10037 BR-AL America/Maceio Alagoas; 10038 BR-AM America/Manaus Amazonas; 10039 BR-AP America/Belem Amapá;
  10040 BR-BA America/Bahia Bahia; 10041 BR-CE America/Fortaleza Ceará;
  10042 BR-DF America/Sao_Paulo Federal District; 10043 BR-ES America/Sao_Paulo Espírito Santo;
  10044 BR-GO America/Sao_Paulo Goiás; 10045 BR-MA America/Fortaleza Maranhão;
  10046 BR-MG America/Sao_Paulo Minas Gerais; 10047 BR-MS America/Campo_Grande Mato Grosso do Sul;
  10048 BR-MT America/Cuiaba Mato Grosso; 10049 BR-PA America/Belem Pará; 10050 BR-PB America/Fortaleza Paraíba;
  10051 BR-PE America/Recife Pernambuco; 10052 BR-PI America/Fortaleza Piauí; 10053 BR-PR America/Sao_Paulo Paraná;
  10054 BR-RJ America/Sao_Paulo Rio de Janeiro; 10055 BR-RN America/Fortaleza Rio Grande do Norte;
  10056 BR-RO America/Porto_Velho Rondônia; 10057 BR-RR America/Boa_Vista Roraima;
  10058 BR-RS America/Sao_Paulo Rio Grande do Sul; 10059 BR-SC America/Sao_Paulo Santa Catarina;
  10060 BR-SE America/Maceio Sergipe; 10061 BR-SP America/Sao_Paulo São Paulo;
  10062 BR-TO America/Araguaina Tocantins; 10063 BS America/Nassau; 10064 BT Asia/Thimphu; 10065 BW Africa/Gaborone;
  10066 BY Europe/Minsk; 10067 BZ America/Belize; 10068 CA-AB America/Edmonton Alberta;
  10069 CA-BC America/Vancouver British Columbia; 10070 CA-MB America/Winnipeg Manitoba;
  10071 CA-NB America/Moncton New Brunswick; 10072 CA-NL America/St_Johns Newfoundland and Labrador;
  10073 CA-NS America/Halifax Nova Scotia; 10074 CA-NT America/Edmonton Northwest Territories;
  10075 CA-NU America/Iqaluit Nunavut; 10076 CA-ON America/Toronto Ontario;
  10077 CA-PE America/Halifax Prince Edward Island; 10078 CA-SK America/Regina Saskatchewan;
  10079 CA-YT America/Whitehorse Yukon; 10080 CC Indian/Cocos; 10081 CD Africa/Kinshasa;
  10082 CD-HK Africa/Lubumbashi Haut-Katanga; 10083 CF Africa/Bangui; 10084 CG Africa/Brazzaville;
  10085 CH Europe/Zurich; 10086 CI Africa/Abidjan; 10087 CK Pacific/Rarotonga; 10088 CL America/Santiago;
  10089 CL-MA America/Punta_Arenas Magallanes; 10090 CM Africa/Douala; 10091 CN Asia/Shanghai;
  10092 CN-XJ Asia/Urumqi Xinjiang; 10093 CO America/Bogota; 10094 CR America/Costa_Rica; 10095 CU America/Havana;
  10096 CV Atlantic/Cape_Verde; 10097 CW America/Curacao; 10098 CX Indian/Christmas; 10099 CY Asia/Nicosia;
  10100 CZ Europe/Prague; 10101 DE Europe/Berlin; 10102 DJ Africa/Djibouti; 10103 DM America/Dominica;
  10104 DO America/Santo_Domingo; 10105 DZ Africa/Algiers; 10106 EC America/Guayaquil;
  10107 EC-W Pacific/Galapagos Galápagos; 10108 EE Europe/Tallinn; 10109 EG Africa/Cairo; 10110 EH Africa/El_Aaiun;
  10111 ER Africa/Asmara; 10112 ES Europe/Madrid; 10113 ES-CE Africa/Ceuta Ceuta;
  10114 ES-CN Atlantic/Canary Canary Islands; 10115 ET Africa/Addis_Ababa; 10116 FI Europe/Helsinki;
  10117 FJ Pacific/Fiji; 10118 FK Atlantic/Stanley; 10119 FM Pacific/Pohnpei; 10120 FM-KSA Pacific/Kosrae Kosrae;
  10121 FM-TRK Pacific/Chuuk Chuuk; 10122 FO Atlantic/Faroe; 10123 GA Africa/Libreville; 10124 GB Europe/London;
  10125 GD America/Grenada; 10126 GE Asia/Tbilisi; 10127 GF America/Cayenne; 10128 GG Europe/Guernsey;
  10129 GH Africa/Accra; 10130 GI Europe/Gibraltar; 10131 GL America/Nuuk; 10132 GM Africa/Banjul;
  10133 GN Africa/Conakry; 10134 GP America/Guadeloupe; 10135 GQ Africa/Malabo; 10136 GR Europe/Athens;
  10137 GS Atlantic/South_Georgia; 10138 GT America/Guatemala; 10139 GU Pacific/Guam; 10140 GW Africa/Bissau;
  10141 GY America/Guyana; 10142 HK Asia/Hong_Kong; 10143 HN America/Tegucigalpa; 10144 HR Europe/Zagreb;
  10145 HT America/Port-au-Prince; 10146 HU Europe/Budapest; 10147 ID Asia/Jakarta; 10148 ID-BA Asia/Makassar Bali;
  10149 ID-JK Asia/Jakarta Jakarta; 10150 ID-KB Asia/Pontianak West Kalimantan; 10151 ID-PA Asia/Jayapura Papua;
  10152 ID-SN Asia/Makassar South Sulawesi; 10153 IE Europe/Dublin; 10154 IL Asia/Jerusalem;
  10155 IM Europe/Isle_of_Man; 10156 IN Asia/Kolkata; 10157 IO Indian/Chagos; 10158 IQ Asia/Baghdad;
  10159 IR Asia/Tehran; 10160 IS Atlantic/Reykjavik; 10161 IT Europe/Rome; 10162 JE Europe/Jersey;
  10163 JM America/Jamaica; 10164 JO Asia/Amman; 10165 JP Asia/Tokyo; 10166 KE Africa/Nairobi; 10167 KG Asia/Bishkek;
  10168 KH Asia/Phnom_Penh; 10169 KI Pacific/Tarawa; 10170 KI-L Pacific/Kiritimati Line Islands;
  10171 KI-P Pacific/Kanton Phoenix Islands; 10172 KM Indian/Comoro; 10173 KN America/St_Kitts;
  10174 KP Asia/Pyongyang; 10175 KR Asia/Seoul; 10176 KW Asia/Kuwait; 10177 KY America/Cayman; 10178 KZ Asia/Almaty;
  10179 LA Asia/Vientiane; 10180 LB Asia/Beirut; 10181 LC America/St_Lucia; 10182 LI Europe/Vaduz;
  10183 LK Asia/Colombo; 10184 LR Africa/Monrovia; 10185 LS Africa/Maseru; 10186 LT Europe/Vilnius;
  10187 LU Europe/Luxembourg; 10188 LV Europe/Riga; 10189 LY Africa/Tripoli; 10190 MA Africa/Casablanca;
  10191 MC Europe/Monaco; 10192 MD Europe/Chisinau; 10193 ME Europe/Podgorica; 10194 MF America/Marigot;
  10195 MG Indian/Antananarivo; 10196 MH Pacific/Majuro; 10197 MK Europe/Skopje; 10198 ML Africa/Bamako;
  10199 MM Asia/Yangon; 10200 MN Asia/Ulaanbaatar; 10201 MN-043 Asia/Hovd Khovd; 10202 MO Asia/Macau;
  10203 MP Pacific/Saipan; 10204 MQ America/Martinique; 10205 MR Africa/Nouakchott; 10206 MS America/Montserrat;
  10207 MT Europe/Malta; 10208 MU Indian/Mauritius; 10209 MV Indian/Maldives; 10210 MW Africa/Blantyre;
  10211 MX America/Mexico_City; 10212 MX-BCN America/Tijuana Baja California;
  10213 MX-BCS America/Mazatlan Baja California Sur; 10214 MX-CHH America/Chihuahua Chihuahua;
  10215 MX-NAY America/Mazatlan Nayarit; 10216 MX-ROO America/Cancun Quintana Roo;
  10217 MX-SIN America/Mazatlan Sinaloa; 10218 MX-SON America/Hermosillo Sonora; 10219 MY Asia/Kuala_Lumpur;
  10220 MZ Africa/Maputo; 10221 NA Africa/Windhoek; 10222 NC Pacific/Noumea; 10223 NE Africa/Niamey;
  10224 NF Pacific/Norfolk; 10225 NG Africa/Lagos; 10226 NI America/Managua; 10227 NL Europe/Amsterdam;
  10228 NP Asia/Kathmandu; 10229 NR Pacific/Nauru; 10230 NU Pacific/Niue; 10231 NZ Pacific/Auckland;
  10232 NZ-CIT Pacific/Chatham Chatham Islands; 10233 OM Asia/Muscat; 10234 PA America/Panama; 10235 PE America/Lima;
  10236 PF Pacific/Tahiti; 10237 PG Pacific/Port_Moresby; 10238 PG-NSB Pacific/Bougainville Bougainville;
  10239 PH Asia/Manila; 10240 PK Asia/Karachi; 10241 PL Europe/Warsaw; 10242 PM America/Miquelon;
  10243 PN Pacific/Pitcairn; 10244 PR America/Puerto_Rico; 10245 PS Asia/Hebron; 10246 PT Europe/Lisbon;
  10247 PT-20 Atlantic/Azores Azores; 10248 PT-30 Atlantic/Madeira Madeira; 10249 PW Pacific/Palau;
  10250 PY America/Asuncion; 10251 QA Asia/Qatar; 10252 RE Indian/Reunion; 10253 RO Europe/Bucharest;
  10254 RS Europe/Belgrade; 10255 RU-ALT Asia/Barnaul Altai; 10256 RU-AST Europe/Astrakhan Astrakhan;
  10257 RU-BA Asia/Yekaterinburg Bashkortostan; 10258 RU-CHE Asia/Yekaterinburg Chelyabinsk;
  10259 RU-CHU Asia/Anadyr Chukotka; 10260 RU-IRK Asia/Irkutsk Irkutsk; 10261 RU-KAM Asia/Kamchatka Kamchatka;
  10262 RU-KDA Europe/Moscow Krasnodar; 10263 RU-KEM Asia/Novokuznetsk Kemerovo;
  10264 RU-KGD Europe/Kaliningrad Kaliningrad; 10265 RU-KHA Asia/Vladivostok Khabarovsk;
  10266 RU-KIR Europe/Kirov Kirov; 10267 RU-KYA Asia/Krasnoyarsk Krasnoyarsk; 10268 RU-MAG Asia/Magadan Magadan;
  10269 RU-MOW Europe/Moscow Moscow; 10270 RU-NIZ Europe/Moscow Nizhny Novgorod;
  10271 RU-NVS Asia/Novosibirsk Novosibirsk; 10272 RU-OMS Asia/Omsk Omsk; 10273 RU-PER Asia/Yekaterinburg Perm;
  10274 RU-PRI Asia/Vladivostok Primorsky (Vladivostok); 10275 RU-ROS Europe/Moscow Rostov;
  10276 RU-SA Asia/Yakutsk Sakha (Yakutsk); 10277 RU-SAK Asia/Sakhalin Sakhalin; 10278 RU-SAM Europe/Samara Samara;
  10279 RU-SAR Europe/Saratov Saratov; 10280 RU-SPE Europe/Moscow Saint Petersburg;
  10281 RU-SVE Asia/Yekaterinburg Sverdlovsk; 10282 RU-TA Europe/Moscow Tatarstan; 10283 RU-TOM Asia/Tomsk Tomsk;
  10284 RU-TYU Asia/Yekaterinburg Tyumen; 10285 RU-ULY Europe/Ulyanovsk Ulyanovsk;
  10286 RU-VGG Europe/Volgograd Volgograd; 10287 RU-ZAB Asia/Chita Zabaykalsky (Chita); 10288 RW Africa/Kigali;
  10289 SA Asia/Riyadh; 10290 SB Pacific/Guadalcanal; 10291 SC Indian/Mahe; 10292 SD Africa/Khartoum;
  10293 SE Europe/Stockholm; 10294 SG Asia/Singapore; 10295 SH Atlantic/St_Helena; 10296 SI Europe/Ljubljana;
  10297 SJ Arctic/Longyearbyen; 10298 SK Europe/Bratislava; 10299 SL Africa/Freetown; 10300 SM Europe/San_Marino;
  10301 SN Africa/Dakar; 10302 SO Africa/Mogadishu; 10303 SR America/Paramaribo; 10304 SS Africa/Juba;
  10305 ST Africa/Sao_Tome; 10306 SV America/El_Salvador; 10307 SX America/Lower_Princes; 10308 SY Asia/Damascus;
  10309 SZ Africa/Mbabane; 10310 TC America/Grand_Turk; 10311 TD Africa/Ndjamena; 10312 TF Indian/Kerguelen;
  10313 TG Africa/Lome; 10314 TH Asia/Bangkok; 10315 TJ Asia/Dushanbe; 10316 TK Pacific/Fakaofo; 10317 TL Asia/Dili;
  10318 TM Asia/Ashgabat; 10319 TN Africa/Tunis; 10320 TO Pacific/Tongatapu; 10321 TR Europe/Istanbul;
  10322 TT America/Port_of_Spain; 10323 TV Pacific/Funafuti; 10324 TW Asia/Taipei; 10325 TZ Africa/Dar_es_Salaam;
  10326 UA Europe/Kyiv; 10327 UG Africa/Kampala; 10328 UM-71 Pacific/Midway Midway Islands;
  10329 UM-79 Pacific/Wake Wake Island; 10330 US-AK America/Anchorage Alaska; 10331 US-AL America/Chicago Alabama;
  10332 US-AR America/Chicago Arkansas; 10333 US-AZ America/Phoenix Arizona; 10334 US-CO America/Denver Colorado;
  10335 US-CT America/New_York Connecticut; 10336 US-DC America/New_York District of Columbia;
  10337 US-DE America/New_York Delaware; 10338 US-FL America/New_York Florida; 10339 US-GA America/New_York Georgia;
  10340 US-IA America/Chicago Iowa; 10341 US-ID America/Boise Idaho; 10342 US-IL America/Chicago Illinois;
  10343 US-IN America/Indiana/Indianapolis Indiana; 10344 US-KS America/Chicago Kansas;
  10345 US-KY America/Kentucky/Louisville Kentucky; 10346 US-LA America/Chicago Louisiana;
  10347 US-MA America/New_York Massachusetts; 10348 US-MD America/New_York Maryland;
  10349 US-ME America/New_York Maine; 10350 US-MI America/Detroit Michigan; 10351 US-MN America/Chicago Minnesota;
  10352 US-MO America/Chicago Missouri; 10353 US-MS America/Chicago Mississippi; 10354 US-MT America/Denver Montana;
  10355 US-NC America/New_York North Carolina; 10356 US-ND America/Chicago North Dakota;
  10357 US-NE America/Chicago Nebraska; 10358 US-NH America/New_York New Hampshire;
  10359 US-NJ America/New_York New Jersey; 10360 US-NM America/Denver New Mexico;
  10361 US-NV America/Los_Angeles Nevada; 10362 US-OH America/New_York Ohio; 10363 US-OK America/Chicago Oklahoma;
  10364 US-OR America/Los_Angeles Oregon; 10365 US-PA America/New_York Pennsylvania;
  10366 US-RI America/New_York Rhode Island; 10367 US-SC America/New_York South Carolina;
  10368 US-SD America/Chicago South Dakota; 10369 US-TN America/Chicago Tennessee; 10370 US-TX America/Chicago Texas;
  10371 US-UT America/Denver Utah; 10372 US-VA America/New_York Virginia; 10373 US-VT America/New_York Vermont;
  10374 US-WA America/Los_Angeles Washington; 10375 US-WI America/Chicago Wisconsin;
  10376 US-WV America/New_York West Virginia; 10377 US-WY America/Denver Wyoming; 10378 UY America/Montevideo;
  10379 UZ Asia/Tashkent; 10380 VA Europe/Vatican; 10381 VC America/St_Vincent; 10382 VE America/Caracas;
  10383 VG America/Tortola; 10384 VI America/St_Thomas; 10385 VN Asia/Ho_Chi_Minh; 10386 VU Pacific/Efate;
  10387 WF Pacific/Wallis; 10388 WS Pacific/Apia; 10389 XK Europe/Belgrade; 10390 YE Asia/Aden;
  10391 YT Indian/Mayotte; 10392 ZA Africa/Johannesburg; 10393 ZM Africa/Lusaka; 10394 ZW Africa/Harare;
`;

/**
 * The time zones that have a code (docs/decisions/0006-time-zones.md has their source). Countries with several zones have
 * regions; a region with several zones has the zone of most of its population.
 */
const TIME_ZONE_ROWS: readonly TimeZoneRow[] = `${PUBLISHED}${ADDED}`.split(';').flatMap((row) => {
  const [id = '', code, iana, ...region] = row.trim().split(' ');
  if (code === undefined || iana === undefined) return [];
  return [region.length === 0 ? [Number(id), code, iana] : [Number(id), code, iana, region.join(' ')]];
});

/** A time zone from a request or a setting. */
export interface TimeZone {
  /** Its name on the wire: its code, or the requested IANA name. */
  readonly code: string;
  /** Its IANA name. */
  readonly iana: string;
  /** Its rules. */
  readonly zone: Zone;
}

/** A time zone with a code, as `GET /api/v1/TimeZone` lists it. */
export interface ListedTimeZone extends TimeZone {
  readonly id: number;
  /** The country's English name; empty for UTC. */
  readonly country: string;
  /** The part of the country; empty if the country has no other zone. */
  readonly region: string;
}

const countries = new Intl.DisplayNames('en', { type: 'region' });

/** Every time zone with a code, by id. */
export const TIME_ZONES: readonly ListedTimeZone[] = TIME_ZONE_ROWS.map(([id, code, iana, region = '']) => ({
  id,
  code,
  iana,
  // Created on demand: creating all of them takes longer than the rest of a start of the command line.
  get zone() {
    return zoneOf(iana);
  },
  country: code === 'UTC' ? '' : (countries.of(code.slice(0, 2)) ?? ''),
  region,
}));

const byKey = new Map(
  TIME_ZONES.flatMap((zone) => [[zone.code, zone] as const, [String(zone.id), zone] as const]),
);

/** Coordinated universal time, the default of the server's base zone. */
export const UTC: TimeZone = { code: 'UTC', iana: 'UTC', zone: FixedOffsetZone.utcInstance };

/** Returns the zone with this code (in any casing) or id; `undefined` if there is none. */
export function findListedTimeZone(codeOrId: string): ListedTimeZone | undefined {
  return byKey.get(codeOrId.toUpperCase());
}

/** Returns the zone with this code, id or IANA name, in any casing; `undefined` if there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const listed = findListedTimeZone(name);
  if (listed !== undefined) return listed;
  const iana = canonicalName(name);
  return iana === undefined ? undefined : { code: name, iana, zone: zoneOf(iana) };
}

/** Returns the name of a zone in responses: the code of the first listed zone with the same rules, or else its IANA name. */
export function codeOf({ code, iana }: TimeZone): string {
  if (byKey.has(code)) return code;
  let found = codesByIana.get(iana);
  if (found === undefined) {
    const listed =
      TIME_ZONE_ROWS.find(([, , name]) => name === iana) ??
      TIME_ZONE_ROWS.find(([, , name]) => canonicalName(name) === iana);
    found = listed?.[1] ?? iana;
    codesByIana.set(iana, found);
  }
  return found;
}

/** Computed on first use: normalizing all names takes longer than a request. */
const codesByIana = new Map<string, string>();

/**
 * Returns the offsets of a zone in the year of an instant.
 *
 * @returns minutes east of UTC in standard time and in summer time; equal if there is no summer time
 */
export function yearlyOffsets(
  { zone }: TimeZone,
  instant: Date,
): { readonly standard: number; readonly daylight: number } {
  const year = instant.getUTCFullYear();
  const [january, july] = [0, 6].map((month) => zone.offset(Date.UTC(year, month))) as [number, number];
  return { standard: Math.min(january, july), daylight: Math.max(january, july) };
}

/** Returns the rules of a zone. UTC has a fixed offset, which is faster. */
function zoneOf(iana: string): Zone {
  return iana === 'UTC' ? FixedOffsetZone.utcInstance : IANAZone.create(iana);
}

/** Returns the platform's spelling of an IANA name. Excludes offsets such as `+01:00`, which the platform accepts too. */
function canonicalName(name: string): string | undefined {
  if (!/^[a-z][\w+/-]{1,60}$/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A change between standard and summer time, in local time. */
export interface ClockChange {
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** The yearly pattern: `0200 LST-SUN-MAR` is 02:00 on the last Sunday of March. */
  readonly pattern: string;
}

/** The rules of a zone in one year. Offsets are minutes east of UTC. */
export interface YearRules {
  readonly standard: number;
  /** `undefined` if the zone has no summer time that year. */
  readonly daylight:
    | { readonly offset: number; readonly start: ClockChange; readonly end: ClockChange }
    | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** Sampling interval, shorter than any summer time. */
const STEP_MS = 14 * DAY_MS;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const ORDINALS = ['1ST', '2ND', '3RD', '4TH'];

const known = new Map<string, YearRules>();

/** Returns the rules of a zone in a year. */
export function rulesOf(timeZone: TimeZone, year: number): YearRules {
  const key = `${timeZone.iana} ${year}`;
  let rules = known.get(key);
  if (rules === undefined) {
    rules = findRules(timeZone, year);
    known.set(key, rules);
  }
  return rules;
}

function findRules(timeZone: TimeZone, year: number): YearRules {
  const { standard, daylight } = yearlyOffsets(timeZone, new Date(Date.UTC(year, 6)));
  if (standard === daylight) return { standard, daylight: undefined };
  const changes = changesIn(timeZone, year);
  const start = changes.find(({ to }) => to === daylight);
  const end = changes.findLast(({ from }) => from === daylight);
  if (start === undefined || end === undefined) return { standard, daylight: undefined };
  return { standard, daylight: { offset: daylight, start: toChange(start), end: toChange(end) } };
}

interface Transition {
  /** The first instant of the new offset, in milliseconds since 1970. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function changesIn({ zone }: TimeZone, year: number): Transition[] {
  const changes: Transition[] = [];
  const last = Date.UTC(year + 1, 0);
  for (let low = Date.UTC(year, 0); low < last; low += STEP_MS) {
    const high = Math.min(low + STEP_MS, last);
    const [from, to] = [zone.offset(low), zone.offset(high)];
    if (from === to) continue;
    let [before, at] = [low, high];
    while (at - before > MINUTE_MS) {
      const middle = before + Math.floor((at - before) / 2 / MINUTE_MS) * MINUTE_MS;
      if (zone.offset(middle) === from) before = middle;
      else at = middle;
    }
    changes.push({ at, from, to });
  }
  return changes;
}

/** Converts a transition to the local time before it. */
function toChange({ at, from }: Transition): ClockChange {
  const wall = new Date(at + from * MINUTE_MS);
  const [month, day] = [wall.getUTCMonth(), wall.getUTCDate()];
  const days = new Date(Date.UTC(wall.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const ordinal = day + 7 > days ? 'LST' : ORDINALS[Math.ceil(day / 7) - 1];
  const time = wall.toISOString().slice(11, 16).replace(':', '');
  return {
    month: month + 1,
    day,
    pattern: `${time} ${ordinal}-${WEEKDAYS[wall.getUTCDay()]}-${MONTHS[month]}`,
  };
}
