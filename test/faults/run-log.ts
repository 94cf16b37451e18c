import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { StoryEntry, TaskStory } from './inspect.ts';

/** The module of most fault tests' definitions. */
export const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

/** A line of the run log about a run. */
interface RunLine {
  readonly event: 'begin' | 'end';
  readonly task: number;
  readonly attempt: number;
  readonly pid: number;
}

/** A line of the run log: what a run has really done, or that the test has seen a process dead. */
export type LogLine = RunLine | { readonly event: 'dead'; readonly pid: number };

/** Log of a checkpointing task: where it continued from, each step, and each acknowledged checkpoint. */
export interface StepLine {
  readonly event: 'resume' | 'step' | 'durable';
  readonly step: number;
  readonly attempt: number;
}

/** The files in which the fixture's runs log their actions, in order. */
export class RunLog {
  readonly folder: string;
  #closed = false;
  /** Number of bytes read of each file, and its lines. */
  readonly #seen = new Map<string, { bytes: number; readonly lines: unknown[] }>();

  /** @param folder created if missing */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
  }

  /** Settings for a server that uses the fixture and logs here. */
  get env(): Record<string, string> {
    return { BATCHLINE_HANDLERS: HANDLERS, FAULTS_FOLDER: this.folder };
  }

  lines(): LogLine[] {
    return this.#read<LogLine>('runs.jsonl');
  }

  /** Outcomes of late checkpoints: `kept`, or the reason for the refusal. */
  checkpoints(): { task: number; attempt: number; outcome: string }[] {
    return this.#read('checkpoints.jsonl');
  }

  /** Steps logged by a checkpointing task. */
  steps(task: number): StepLine[] {
    return this.#read(`steps-${task}.jsonl`);
  }

  /** Notes that a process is dead: what it had begun has ended. */
  dead(pid: number | undefined): void {
    appendFileSync(join(this.folder, 'runs.jsonl'), `${JSON.stringify({ event: 'dead', pid })}\n`);
  }

  /** The runs that have begun. */
  begun(): (LogLine & { event: 'begin' })[] {
    return this.lines().filter((line) => line.event === 'begin') as (LogLine & { event: 'begin' })[];
  }

  /** Number of runs that ended normally. */
  ended(): number {
    return this.lines().filter((line) => line.event === 'end').length;
  }

  /** Number of runs that have begun and neither ended nor crashed with their process. */
  running(): number {
    const running = new Map<string, number>();
    for (const line of this.lines()) {
      if (line.event === 'begin') running.set(runKey(line), line.pid);
      else if (line.event === 'end') running.delete(runKey(line));
      else for (const [key, pid] of running) if (pid === line.pid) running.delete(key);
    }
    return running.size;
  }

  /** Signals a waiting run to continue. */
  letGo(task: number, attempt: number): void {
    writeFileSync(join(this.folder, `go-${task}-${attempt}`), '');
  }

  /** Waits until the log is as it should be; the test's own timeout ends it, and `close`. */
  async until(condition: (log: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#closed) throw new Error('The test is over.');
      await delay(10);
    }
  }

  /** Ends what still waits for it in the background. */
  close(): void {
    this.#closed = true;
  }

  /** True if this run has reached this point. */
  has(event: 'begin' | 'end', task: number, attempt: number): boolean {
    return this.lines().some(
      (line) => line.event === event && line.task === task && line.attempt === attempt,
    );
  }

  /** The runs of a process that have begun and not ended. */
  openRuns(pid: number | undefined): { task: number; attempt: number }[] {
    const own = this.lines().filter((line) => line.event !== 'dead' && line.pid === pid) as RunLine[];
    const ended = new Set(own.filter((line) => line.event === 'end').map(runKey));
    return own.filter((line) => line.event === 'begin' && !ended.has(runKey(line)));
  }

  /** Whether a later run of the same task has begun. */
  isTakenOver({ task, attempt }: { readonly task: number; readonly attempt: number }): boolean {
    return this.begun().some((line) => line.task === task && line.attempt > attempt);
  }

  /**
   * Checks that no two runs of the task overlapped unless the earlier one was recorded as lost, and that the history has
   * exactly the runs that happened.
   */
  checkRuns(story: TaskStory): void {
    const about = `task ${story.id}`;
    const open = new Map<number, number>();
    const begun: number[] = [];
    for (const line of this.lines()) {
      if (line.event === 'dead') {
        for (const [attempt, pid] of open) if (pid === line.pid) open.delete(attempt);
      } else if (line.task === story.id && line.event === 'begin') {
        // A run that has lost its task without knowing it can still continue, or even begin.
        const latest = Math.max(line.attempt, ...open.keys());
        for (const attempt of [...open.keys(), line.attempt].filter((one) => one !== latest)) {
          const reason = completionOf(story, attempt)?.reason;
          expect(reason, `${about}: run ${attempt} continued beside run ${latest}`).toContain('was lost');
        }
        open.set(line.attempt, line.pid);
        begun.push(line.attempt);
      } else if (line.task === story.id) open.delete(line.attempt);
    }
    const starts = story.audit
      .filter((entry) => entry.from === 'Aquired' && entry.to === 'Started')
      .map((start) => start.attempt);
    // A process may die, or be told to stop, between the claim and the first line of its run.
    const unseen = starts.filter((attempt) => !begun.includes(attempt));
    for (const attempt of unseen)
      expect(completionOf(story, attempt)?.reason, `${about}: run ${attempt} was never seen`).toMatch(
        /was lost|^Returned to the queue/,
      );
    const seen = [...begun, ...unseen].sort((a, b) => a - b);
    expect(seen, `${about}: runs that began, and starts in the audit`).toEqual(starts);
  }

  /**
   * Checks that a checkpointing task did every step, and that no run went back before the last durable checkpoint,
   * unless it had lost the task already.
   */
  checkSteps(task: number, steps: number): void {
    const done = new Set<number>();
    let durable = 0;
    let latest = 0;
    const next = new Map<number, number>();
    for (const line of this.steps(task)) {
      const about = `task ${task}: ${JSON.stringify(line)}`;
      if (line.event === 'resume') {
        // The checkpoint may have been kept just before its acknowledgement could be noted.
        expect(line.step, about).toBeLessThanOrEqual(durable + 1);
        if (line.attempt > latest) expect(line.step, about).toBeGreaterThanOrEqual(durable);
        durable = Math.max(durable, line.step);
        latest = Math.max(latest, line.attempt);
        next.set(line.attempt, line.step + 1);
      } else if (line.event === 'step') {
        expect(line.step, about).toBe(next.get(line.attempt));
        next.set(line.attempt, line.step + 1);
        done.add(line.step);
      } else durable = Math.max(durable, line.step);
    }
    expect(done.size, `task ${task}: steps done`).toBe(steps);
    expect(durable, `task ${task}: last durable checkpoint`).toBe(steps);
  }

  /** The lines of a file. Caches earlier lines and reads only what was appended since. */
  #read<T>(file: string): T[] {
    const path = join(this.folder, file);
    const seen = this.#seen.get(file) ?? { bytes: 0, lines: [] };
    if (existsSync(path)) {
      const text = readFrom(path, seen.bytes);
      const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
      for (const line of whole.toString().split('\n').slice(0, -1)) seen.lines.push(JSON.parse(line));
      seen.bytes += whole.length;
      this.#seen.set(file, seen);
    }
    return seen.lines as T[];
  }
}

/** Content of a file from an offset on. */
function readFrom(path: string, position: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - position));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
  } finally {
    closeSync(descriptor);
  }
}

function runKey({ task, attempt }: RunLine): string {
  return `${task}/${attempt}`;
}

function completionOf(story: TaskStory, attempt: number): StoryEntry | undefined {
  return story.audit.find((entry) => entry.from === 'Started' && entry.attempt === attempt);
}
