import { expect } from 'vitest';
import type { Answer, ApiClient } from '../../support/api-client.ts';

/** A task as Acquire answers it. */
export interface Acquired {
  readonly Lease: string;
  readonly LeaseSeconds: number;
  readonly Attempt: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  readonly Task: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  readonly [name: string]: any;
}

/** A worker that a test plays by hand, call by call. */
export class HandWorker {
  readonly api: ApiClient;
  readonly name: string;

  constructor(api: ApiClient, name = 'by hand') {
    this.api = api;
    this.name = name;
  }

  /** Declares definitions with a short lease. */
  async declare(...definitions: ({ Name: string } & Record<string, unknown>)[]): Promise<void> {
    await this.api.json('POST', '/Workers/Definitions', {
      Definitions: definitions.map((one) => ({ Description: 'For tests', LeaseSeconds: 2, ...one })),
    });
  }

  acquireAnswer(
    definitions: string[],
    options: { Limit?: number; WaitSeconds?: number } = {},
  ): Promise<Answer> {
    const body = { Worker: this.name, Definitions: definitions, ...options };
    return this.api.call('POST', '/Workers/Acquire', body);
  }

  async acquire(
    definitions: string | string[],
    options: { Limit?: number; WaitSeconds?: number } = {},
  ): Promise<Acquired[]> {
    const answer = await this.acquireAnswer([definitions].flat(), options);
    if (answer.status !== 200) throw new Error(`Acquire: ${answer.status} ${answer.text}`);
    return answer.body.Tasks;
  }

  /** The next task of a definition, which must come. */
  async next(definition: string): Promise<Acquired> {
    for (;;) {
      const [task] = await this.acquire(definition, { WaitSeconds: 5 });
      if (task !== undefined) return task;
    }
  }

  /** Cancels the wait of an Acquire with this path. Repeats until the call returns, because the cancellation may arrive first. */
  async endWait(path: string, waiting: Promise<Answer>): Promise<Answer> {
    let answered = false;
    const heard = waiting.finally(() => {
      answered = true;
    });
    while (!answered) expect((await this.api.call('DELETE', path)).status).toBe(204);
    return heard;
  }

  on(lease: string, call: string, body?: unknown): Promise<Answer> {
    const method = call === 'Checkpoint' ? 'PUT' : 'POST';
    return this.api.call(method, `/Workers/Leases/${lease}/${call}`, body);
  }

  file(lease: string, name: string, content: string, headers: Record<string, string>): Promise<Answer> {
    return this.api.call('PUT', `/Workers/Leases/${lease}/File?Name=${name}`, content, {
      'Content-Type': 'application/octet-stream',
      ...headers,
    });
  }
}
