import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type {
  CountedRun,
  EngineMeter,
  FaultKind,
  HttpMeter,
  TryOutcome,
  WebhookMeter,
} from '../core/meters.ts';
import type { DatabaseMeter } from '../db/meter.ts';

let registry: Registry | undefined;

/** What every Node.js process tells of itself, under its usual names (`process_…`, `nodejs_…`): one a process. */
function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}

/** In seconds. */
const RUNS = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400];
const WAITS = [0.005, 0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600];
const ANSWERS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const STATEMENTS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10];
/** How many at once. */
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const ATTEMPTS = [1, 2, 3, 5, 10, 20];

/**
 * Everything that this process counts, for Prometheus (docs/observability.md lists it; a test compares). Labels are
 * names of definitions, routes and outcomes: there are few of them, however many tasks and tenants there are.
 */
export class PrometheusMetrics implements EngineMeter, HttpMeter, WebhookMeter, DatabaseMeter {
  /** Where gauges that are read from elsewhere register. */
  readonly registry = new Registry();
  /** The Content-Type of the exposition. */
  readonly contentType = this.registry.contentType;
  readonly #tasksStarted = this.#counter('tasks_started_total', 'Tasks that were started', ['definition']);
  readonly #tasksClaimed = this.#counter('tasks_claimed_total', 'Tasks that were claimed for a run', [
    'definition',
  ]);
  readonly #waits = this.#histogram(
    'task_wait_seconds',
    'How long tasks were due before a run began',
    WAITS,
    ['definition'],
  );
  readonly #claims = this.#histogram(
    'claim_duration_seconds',
    'How long transactions that claim tasks have taken',
    STATEMENTS,
  );
  readonly #claimBatches = this.#histogram(
    'claim_batch_size',
    'Tasks in one claim; claims that found none are left out',
    BATCHES,
  );
  readonly #runs = this.#counter('runs_total', 'Runs that have ended, by outcome', ['definition', 'outcome']);
  readonly #durations = this.#histogram('run_duration_seconds', 'How long runs have lasted', RUNS, [
    'definition',
  ]);
  readonly #attempts = this.#histogram(
    'task_runs',
    'How many runs tasks have had when they ended',
    ATTEMPTS,
    ['definition'],
  );
  readonly #endBatches = this.#histogram('end_batch_size', 'Ends of runs written at once', BATCHES);
  readonly #leasesLost = this.#counter(
    'leases_lost_total',
    'Runs whose lease ran out, counted by the process that brought their task back',
    ['definition'],
  );
  readonly #runsOrphaned = this.#counter(
    'runs_orphaned_total',
    'Runs of this process that no longer held their task when they ended',
    ['definition'],
  );
  readonly #runFaults = this.#counter(
    'run_faults_total',
    'Unhandled rejections and uncaught exceptions of runs, also after their end; no definition if no run is known',
    ['definition', 'kind'],
  );
  readonly #requests = this.#counter('http_requests_total', 'Requests that were answered', [
    'method',
    'route',
    'status',
  ]);
  readonly #answers = this.#histogram(
    'http_request_duration_seconds',
    'How long answers have taken; calls that wait for something and streams take as long as asked for',
    ANSWERS,
    ['method', 'route'],
  );
  readonly #inFlight = this.#gauge('http_requests_in_flight', 'Requests that are being answered');
  readonly #streams = this.#gauge('event_streams_open', 'Event streams that are open');
  readonly #deliveries = this.#counter(
    'webhook_deliveries_total',
    'Tries of webhook deliveries, by outcome',
    ['outcome'],
  );
  readonly #deliveryDurations = this.#histogram(
    'webhook_delivery_duration_seconds',
    'How long tries of webhook deliveries have taken',
    ANSWERS,
  );
  readonly #statements = this.#histogram(
    'database_statement_duration_seconds',
    'How long statements have taken in the database, but for those of the queue engine',
    STATEMENTS,
  );
  readonly #databaseErrors = this.#counter(
    'database_errors_total',
    'Statements that have failed, by the class of their SQLSTATE; none where there was no answer',
    ['class'],
  );

  /** Everything in the text format of Prometheus, with what Node.js tells of the process. */
  async expose(): Promise<string> {
    const [own, ofProcess] = await Promise.all([this.registry.metrics(), processMetrics().metrics()]);
    return `${own}\n${ofProcess}`;
  }

  started(definition: string, tasks: number): void {
    this.#tasksStarted.inc({ definition }, tasks);
  }

  claimed(
    definition: string,
    claimed: readonly { readonly waitedSeconds: number | undefined }[],
    seconds: number,
  ): void {
    this.#claims.observe(seconds);
    if (claimed.length === 0) return;
    this.#claimBatches.observe(claimed.length);
    this.#tasksClaimed.inc({ definition }, claimed.length);
    const waits = this.#waits.labels({ definition });
    for (const { waitedSeconds } of claimed)
      if (waitedSeconds !== undefined) waits.observe(Math.max(0, waitedSeconds));
  }

  ended(runs: readonly CountedRun[]): void {
    if (runs.length > 0) this.#endBatches.observe(runs.length);
    for (const { name: definition, outcome, seconds, runs: attempts } of runs) {
      this.#runs.inc({ definition, outcome });
      this.#durations.observe({ definition }, seconds);
      if (attempts !== undefined) this.#attempts.observe({ definition }, attempts);
      if (outcome === 'lost') this.#leasesLost.inc({ definition });
    }
  }

  waits(definition: string): void {
    this.#runs.inc({ definition, outcome: 'waiting' });
  }

  orphaned(definition: string): void {
    this.#runsOrphaned.inc({ definition });
  }

  faulted(definition: string | undefined, kind: FaultKind): void {
    this.#runFaults.inc({ definition: definition ?? '', kind: kind.replace(' ', '_') });
  }

  began(): void {
    this.#inFlight.inc();
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    this.#inFlight.dec();
    this.#requests.inc({ method, route, status: `${Math.trunc(status / 100)}xx` });
    this.#answers.observe({ method, route }, seconds);
  }

  streams(open: number): void {
    this.#streams.set(open);
  }

  tried(outcome: TryOutcome, seconds: number): void {
    this.#deliveries.inc({ outcome });
    this.#deliveryDurations.observe(seconds);
  }

  statement(seconds: number, error?: unknown): void {
    this.#statements.observe(seconds);
    if (error !== undefined) this.#databaseErrors.inc({ class: classOf(error) });
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: `batchline_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `batchline_${name}`, help, registers: [this.registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name: `batchline_${name}`,
      help,
      buckets,
      labelNames,
      registers: [this.registry],
    });
  }
}

/** The first two characters of a SQLSTATE say what kind of error it is. */
function classOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : 'none';
}
