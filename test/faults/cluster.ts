import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import type { Place } from '../support/databases.ts';
import { CLI, type ServerProcess, spawnServer } from '../support/server-process.ts';
import { spawnWorker } from '../support/worker-process.ts';
import { IS_LONG } from './form.ts';
import type { RunLog } from './run-log.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

/** Faults of a process: it is killed, stopped, or suspended past the leases of its runs. All are restarted. */
export type Fault = 'kill' | 'stop' | 'freeze';

/** A process of a cluster as long as it lives. */
interface Life {
  readonly child: ChildProcess;
  /** Where a server listens. */
  readonly url?: string;
}

/** A process that is started again whenever something has befallen it. */
class Member {
  readonly name: string;
  readonly #spawn: () => Promise<Life>;
  readonly #log: RunLog;
  #life: Life | undefined;
  /** Its coming back. */
  #busy: Promise<void> = Promise.resolve();

  constructor(name: string, spawn: () => Promise<Life>, log: RunLog) {
    this.name = name;
    this.#spawn = spawn;
    this.#log = log;
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  /** Where it listens, while it is up. */
  get url(): string | undefined {
    return this.#life?.url;
  }

  async start(): Promise<void> {
    this.#life = await this.#spawn();
  }

  /** Injects a fault while it is up, and restarts it; resolves when the fault has happened. */
  async befall(fault: Fault): Promise<void> {
    const child = this.#life?.child;
    if (child === undefined) throw new Error(`${this.name} is not up.`);
    if (fault === 'freeze') {
      child.kill('SIGSTOP');
      // Until others have what it ran: what it then still does is that of one who has lost it.
      await this.#log.until(() => this.#log.openRuns(child.pid).every((run) => this.#log.isTakenOver(run)));
      child.kill('SIGCONT');
      return;
    }
    await this.#end(child, fault === 'kill' ? 'SIGKILL' : 'SIGTERM');
    this.#busy = this.start();
    this.#busy.catch(() => undefined); // heard by who stops it
  }

  /** Stops it permanently. */
  async stop(): Promise<void> {
    await this.#busy;
    if (this.#life !== undefined) await this.#end(this.#life.child, 'SIGTERM');
  }

  /** Kills it at any point. */
  async abandon(): Promise<void> {
    await this.#busy.catch(() => undefined);
    if (this.#life !== undefined) await this.#end(this.#life.child, 'SIGKILL');
  }

  async #end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#life = undefined;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await exited;
    this.#log.dead(child.pid);
    if (signal === 'SIGTERM' && child.exitCode !== 0)
      throw new Error(`A process of the cluster has stopped with ${child.exitCode ?? child.signalCode}.`);
  }
}

/** Configuration of a cluster. */
export interface ClusterOptions {
  readonly place: Place;
  readonly log: RunLog;
  readonly servers: number;
  readonly leaseSeconds: number;
}

/** Servers on one database and workers outside them, behind one address, with `fixtures/storm*.ts`. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #balancer: Balancer;
  readonly #servers: Member[];
  readonly #workers: Member[] = [];

  private constructor(options: ClusterOptions, balancer: Balancer, servers: Member[]) {
    this.#options = options;
    this.#balancer = balancer;
    this.#servers = servers;
  }

  /** Starts the servers. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const { place, log } = options;
    const env = {
      ...envOf(options, 'storm.ts'),
      BATCHLINE_CONCURRENCY: '8',
      BATCHLINE_THREAD_POOL_SIZE: '2',
    };
    const spawn = (): Promise<ServerProcess> => spawnServer(place, env);
    const servers = Array.from(
      { length: options.servers },
      (_, n) => new Member(`server ${n + 1}`, spawn, log),
    );
    const balancer = await startBalancer(() => servers.flatMap((server) => server.url ?? []));
    const cluster = new Cluster(options, balancer, servers);
    await Promise.all(servers.map((server) => server.start()));
    return cluster;
  }

  /** Where any of the servers answers. */
  get url(): string {
    return this.#balancer.url;
  }

  /** Starts a worker for each of these tokens. */
  async startWorkers(tokens: readonly string[]): Promise<void> {
    const env = { ...envOf(this.#options, 'storm-remote.ts'), BATCHLINE_URL: this.url, LOG_LEVEL: 'silent' };
    const started = tokens.map((token, n) => {
      const spawn = (): Promise<Life> =>
        spawnWorker(process.execPath, [CLI, 'work'], { ...env, BATCHLINE_TOKEN: token });
      const worker = new Member(`worker ${n + 1}`, spawn, this.#options.log);
      this.#workers.push(worker);
      return worker.start();
    });
    await Promise.all(started);
  }

  /**
   * Injects a fault into one of the running processes. A suspended server may hold locks until PostgreSQL ends its
   * transaction, so servers are suspended in the long form only. Otherwise, or if it is the only server, it is killed.
   *
   * @param index selects the process
   * @returns a description of the fault
   */
  async befall(index: number, fault: Fault): Promise<string> {
    const all = [...this.#servers, ...this.#workers];
    let up: Member[] = [];
    await this.#options.log.until(() => {
      up = all.filter((member) => member.isUp);
      return up.length > 0;
    });
    const member = up[index % up.length] as Member;
    const isKept = this.#servers.includes(member) && !(IS_LONG && this.#servers.length > 1);
    const befalls = fault === 'freeze' && isKept ? 'kill' : fault;
    await member.befall(befalls);
    return `${befalls} ${member.name}`;
  }

  /** Waits until all are up, then stops them, workers first. @throws if one doesn't exit cleanly */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  /** Kills the remaining processes. */
  async abandon(): Promise<void> {
    await Promise.all([...this.#workers, ...this.#servers].map((member) => member.abandon()));
    await this.#balancer.close();
  }
}

function envOf({ log, leaseSeconds }: ClusterOptions, module: string): Record<string, string> {
  return {
    FAULTS_FOLDER: log.folder,
    BATCHLINE_HANDLERS: join(FIXTURES, module),
    BATCHLINE_LEASE_SECONDS: String(leaseSeconds),
    BATCHLINE_SHUTDOWN_GRACE_SECONDS: '1',
    BATCHLINE_IDLE_TRANSACTION_SECONDS: String(leaseSeconds),
  };
}
