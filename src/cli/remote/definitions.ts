import type { Carrier } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { readDuration } from '../declare.ts';
import { type ExitCode, print } from '../output.ts';
import { durationText, formatProperties, printTable, stateStyle, timeText } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { splitPair } from './parameters.ts';
import { failureLines, queueText } from './server.ts';

type Definition = Carrier<'Definition'>;

const of = (name: string) => ({ path: { name } });

/** `batchline definition list`: prints all definitions. */
export async function listDefinitions(options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Definitions'));
  const state = ({ Paused }: Definition): string => (Paused ? 'paused' : '');
  printTable(found, { json: options.json, none: 'No definitions.' }, [
    { head: 'Name', of: (one) => one.Name },
    { head: 'State', of: state, style: (one) => stateStyle(state(one)) },
    { head: 'Runs in', of: (one) => one.Isolate },
    { head: 'Limits', of: ({ Limits }) => limitsText(Limits) },
    { head: 'Description', of: (one) => one.Description },
  ]);
  return 0;
}

function limitsText({ Concurrent, PerTenant, Rate }: Carrier<'Limits'>): string {
  return [
    Concurrent === null ? '' : `${Concurrent} at once`,
    PerTenant === null ? '' : `${PerTenant} per tenant`,
    Rate === null ? '' : `${Rate.Runs} in ${durationText(Rate.Seconds)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** `batchline definition show NAME`: prints a definition and its parameters. */
export async function showDefinition(name: string, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Definitions/{name}', { params: of(name) }));
  print(found, options.json, definitionText(found));
  return 0;
}

interface Property {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly { readonly const?: unknown; readonly type?: unknown }[];
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** A definition in words; of its parameters, a line each. `--json` has their schema. */
function definitionText({ Parameters, Limits, ...definition }: Definition): string {
  const { properties = {}, required = [] } = Parameters as {
    properties?: Record<string, Property>;
    required?: readonly string[];
  };
  const lines = Object.entries(properties).map(([name, property]) => [
    name,
    [
      typeText(property),
      required.includes(name) && property.default === undefined ? 'required' : '',
      property.default === undefined ? '' : `default: ${JSON.stringify(property.default)}`,
      property.description ?? '',
    ]
      .filter((part) => part !== '')
      .join('; '),
  ]);
  const about = formatProperties({
    ...Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== false)),
    LeaseSeconds: null,
    Lease: durationText(definition.LeaseSeconds),
    Limits: limitsText(Limits),
  });
  const parameters =
    lines.length === 0 ? '' : `\n\nParameters:\n${indented(formatProperties(Object.fromEntries(lines)))}`;
  return about + parameters;
}

function typeText({ type, enum: values, anyOf, format }: Property): string {
  const literals = values ?? anyOf?.map((one) => one.const ?? one.type);
  if (literals !== undefined) return literals.map(String).join(' | ');
  const name = Array.isArray(type) ? type.join(' or ') : String(type ?? 'any');
  return format === undefined ? name : `${name} (${format})`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** `batchline definition pause NAME` and `resume NAME`. */
export async function pauseDefinition(
  name: string,
  paused: boolean,
  options: ConnectionOptions,
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const params = of(name);
  const found = await answer(
    paused
      ? client.POST('/api/v1/Definitions/{name}/Pause', { params })
      : client.POST('/api/v1/Definitions/{name}/Resume', { params }),
  );
  print(found, options.json, `${paused ? 'Paused' : 'Resumed'} ${found.Name}.`);
  return 0;
}

/** Options of `definition limits`. */
export interface LimitOptions extends ConnectionOptions {
  readonly concurrent?: number;
  readonly perTenant?: number;
  readonly rate?: string;
  readonly reset?: boolean;
}

/** `batchline definition limits NAME`: sets the limits, or resets them to the definition's own. */
export async function limitDefinition(name: string, options: LimitOptions): Promise<ExitCode> {
  const { concurrent, perTenant, rate, reset } = options;
  const limits = {
    ...(concurrent === undefined ? {} : { Concurrent: concurrent }),
    ...(perTenant === undefined ? {} : { PerTenant: perTenant }),
    ...(rate === undefined ? {} : { Rate: readRate(rate) }),
  };
  if ((reset === true) === Object.keys(limits).length > 0)
    throw new OperatorError(
      'USAGE_INVALID',
      'either --concurrent, --per-tenant or --rate is needed, or --reset',
    );
  const { client, answer } = await connect(options);
  const params = of(name);
  const found = await answer(
    reset === true
      ? client.DELETE('/api/v1/Definitions/{name}/Limits', { params })
      : client.PUT('/api/v1/Definitions/{name}/Limits', { params, body: limits as never }),
  );
  print(found, options.json, `Limits of ${found.Name}: ${limitsText(found.Limits) || 'none'}.`);
  return 0;
}

function readRate(text: string): { Runs: number; Seconds: number } {
  const [, runs, period] = /^(\d{1,9})\/(\S+)$/.exec(text) ?? [];
  if (runs !== undefined && period !== undefined)
    return { Runs: Number(runs), Seconds: readDuration(/^\d/.test(period) ? period : `1${period}`) };
  throw new OperatorError(
    'USAGE_INVALID',
    `--rate is "${text}"; runs per period are accepted, such as 100/1m`,
  );
}

/** Options of `definition retention`. */
export interface RetentionOptions extends ConnectionOptions {
  readonly set?: readonly string[];
  readonly reset?: boolean;
}

/** `batchline definition retention NAME`: prints, sets or resets how long tasks are kept after they end. */
export async function retainDefinition(name: string, options: RetentionOptions): Promise<ExitCode> {
  const { set = [], reset } = options;
  if (reset === true && set.length > 0)
    throw new OperatorError('USAGE_INVALID', '--set and --reset cannot be used together');
  const body = Object.fromEntries(set.map((pair) => splitPair('--set', pair)));
  const { client, answer } = await connect(options);
  const params = of(name);
  if (reset === true) await answer(client.DELETE('/api/v1/Definitions/{name}/Retention', { params }));
  const found =
    set.length > 0
      ? await answer(client.PUT('/api/v1/Definitions/{name}/Retention', { params, body }))
      : await answer(client.GET('/api/v1/Definitions/{name}/Retention', { params }));
  print(found, options.json, formatProperties(found) || 'Tasks are kept.');
  return 0;
}

/** `batchline definition statistics NAME`: prints queue, times and failures of a definition. */
export async function showDefinitionStatistics(
  name: string,
  options: ConnectionOptions & { readonly minutes?: number },
): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const query = options.minutes === undefined ? {} : { Minutes: String(options.minutes) };
  const found = await answer(
    client.GET('/api/v1/Definitions/{name}/Statistics', { params: { ...of(name), query } }),
  );
  const sum = (key: 'Registered' | 'Succeeded' | 'Failed' | 'Stopped'): number =>
    found.Changes.reduce((total, change) => total + change[key], 0);
  const text = formatProperties({
    Since: found.Since,
    Created: sum('Registered'),
    Succeeded: sum('Succeeded'),
    Failed: sum('Failed'),
    Stopped: sum('Stopped'),
    Queue: queueText(found.Queue),
    Waiting: percentilesText(found.Waiting),
    Running: percentilesText(found.Running),
  });
  print(found, options.json, [text, ...failureLines(found.Failures)].join('\n'));
  return 0;
}

function percentilesText(found: Carrier<'Percentiles'> | null): string {
  if (found === null) return '';
  const { P50, P95, P99, Max } = found;
  const shown = { p50: P50, p95: P95, p99: P99, max: Max };
  return Object.entries(shown)
    .map(([name, seconds]) => `${name} ${durationText(seconds)}`)
    .join(', ');
}

/** `batchline definition history NAME`: prints who paused, resumed or limited a definition. */
export async function showDefinitionHistory(name: string, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  const found = await answer(client.GET('/api/v1/Definitions/{name}/Audit', { params: of(name) }));
  printTable(found, { json: options.json, none: 'No changes.' }, [
    { head: 'At', of: (one) => timeText(one.At) },
    { head: 'Associate', of: (one) => one.ActorId || 'server' },
    { head: 'Action', of: (one) => one.Action },
    { head: 'Limits', of: ({ Limits }) => (Limits === null ? '' : limitsText(Limits)) },
  ]);
  return 0;
}

/** `batchline definition remove NAME`: removes a definition that remote workers declared. */
export async function removeDefinition(name: string, options: ConnectionOptions): Promise<ExitCode> {
  const { client, answer } = await connect(options);
  await answer(client.DELETE('/api/v1/Workers/Definitions/{name}', { params: of(name) }));
  print({ Removed: name }, options.json, `Removed ${name}.`);
  return 0;
}
