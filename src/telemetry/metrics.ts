import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type {
  CountedRun,
  DatabaseMeter,
  EngineMeter,
  FaultKind,
  HttpMeter,
  TryOutcome,
  WebhookMeter,
} from '../core/meters.ts';

let registry: Registry | undefined;

/** The default metrics of Node.js (`process_…`, `nodejs_…`), registered once per process. */
function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}

/** Buckets in seconds. */
const RUNS = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400];
const WAITS = [0.005, 0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600];
const RESPONSES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const STATEMENTS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10];
/** Buckets of counts. */
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const ATTEMPTS = [1, 2, 3, 5, 10, 20];

/**
 * The Prometheus metrics of this process; a test compares them with the list in docs/observability.md. Labels are
 * definitions, routes and outcomes, so that cardinality does not grow with tasks or tenants.
 */
export class PrometheusMetrics implements EngineMeter, HttpMeter, WebhookMeter, DatabaseMeter {
  /** Gauges that are read at each scrape are registered here. */
  readonly registry = new Registry();
  /** The Content-Type of the exposition. */
  readonly contentType = this.registry.contentType;
  readonly #tasksStarted = this.#counter('tasks_started_total', 'Tasks started', ['definition']);
  readonly #tasksStopped = this.#counter(
    'tasks_stopped_total',
    'Tasks that were stopped, while they ran or before',
    ['definition'],
  );
  readonly #tasksClaimed = this.#counter('tasks_claimed_total', 'Tasks claimed for a run', ['definition']);
  readonly #waits = this.#histogram(
    'task_wait_seconds',
    'Time between a task becoming due and the start of its run',
    WAITS,
    ['definition'],
  );
  readonly #claims = this.#histogram(
    'claim_duration_seconds',
    'Duration of transactions that claim tasks',
    STATEMENTS,
  );
  readonly #claimBatches = this.#histogram(
    'claim_batch_size',
    'Tasks in one claim; empty claims are not counted',
    BATCHES,
  );
  readonly #runs = this.#counter('runs_total', 'Runs that ended, by outcome', ['definition', 'outcome']);
  readonly #durations = this.#histogram('run_duration_seconds', 'Duration of runs', RUNS, ['definition']);
  readonly #attempts = this.#histogram('task_runs', 'Number of runs of a task when it ends', ATTEMPTS, [
    'definition',
  ]);
  readonly #endBatches = this.#histogram('end_batch_size', 'Ends of runs written in one batch', BATCHES);
  readonly #leasesLost = this.#counter(
    'leases_lost_total',
    'Runs whose lease expired, counted by the process that rescued the task',
    ['definition'],
  );
  readonly #runsOrphaned = this.#counter(
    'runs_orphaned_total',
    'Runs of this process that had lost their lease when they ended',
    ['definition'],
  );
  readonly #runFaults = this.#counter(
    'run_faults_total',
    'Unhandled rejections and uncaught exceptions of runs, including after their end; no definition if the run is unknown',
    ['definition', 'kind'],
  );
  readonly #requests = this.#counter('http_requests_total', 'Requests completed', [
    'method',
    'route',
    'status',
  ]);
  readonly #responses = this.#histogram(
    'http_request_duration_seconds',
    'Duration of requests, including long polls and streams',
    RESPONSES,
    ['method', 'route'],
  );
  readonly #inFlight = this.#gauge('http_requests_in_flight', 'Requests in progress');
  readonly #streams = this.#gauge('event_streams_open', 'Open event streams');
  readonly #deliveries = this.#counter(
    'webhook_deliveries_total',
    'Attempts to deliver webhooks and notifications, by outcome',
    ['outcome'],
  );
  readonly #deliveryDurations = this.#histogram(
    'webhook_delivery_duration_seconds',
    'Duration of attempts to deliver webhooks and notifications',
    RESPONSES,
  );
  readonly #statements = this.#histogram(
    'database_statement_duration_seconds',
    'Duration of database statements',
    STATEMENTS,
  );
  readonly #databaseErrors = this.#counter(
    'database_errors_total',
    'Failed statements, by class of SQLSTATE; none if the database did not respond',
    ['class'],
  );

  /** Returns all metrics, including those of Node.js, in the text format of Prometheus. */
  async expose(): Promise<string> {
    const [own, ofProcess] = await Promise.all([this.registry.metrics(), processMetrics().metrics()]);
    return `${own}\n${ofProcess}`;
  }

  started(definition: string, tasks: number): void {
    this.#tasksStarted.inc({ definition }, tasks);
  }

  claimed(claimed: Parameters<EngineMeter['claimed']>[0], seconds: number): void {
    this.#claims.observe(seconds);
    if (claimed.length === 0) return;
    this.#claimBatches.observe(claimed.length);
    for (const { task, waitedSeconds } of claimed) {
      this.#tasksClaimed.inc({ definition: task.name });
      if (waitedSeconds !== undefined)
        this.#waits.observe({ definition: task.name }, Math.max(0, waitedSeconds));
    }
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

  stopped(definition: string, tasks: number): void {
    this.#tasksStopped.inc({ definition }, tasks);
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
    this.#responses.observe({ method, route }, seconds);
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

/** Returns the class of a SQLSTATE, its first two characters; `none` if the error has no SQLSTATE. */
function classOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : 'none';
}
