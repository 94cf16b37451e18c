import { checkAnswer } from './answer-checks.ts';
import { growingPauses } from './pauses.ts';

/** A response with its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  readonly body: any;
}

/** Calls with `fetch` as one associate. Every response is validated against the server's OpenAPI document. */
export class ApiClient {
  readonly url: string;
  readonly authorization: string;
  readonly associateId: number;

  private constructor(url: string, authorization: string, associateId: number) {
    this.url = url;
    this.authorization = authorization;
    this.associateId = associateId;
  }

  /** Signs in with Basic. Reads the associate's id from the owner of an internal task, so the login must be valid. */
  static async signIn(url: string, login: string, password: string): Promise<ApiClient> {
    const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
    const probe = new ApiClient(url, authorization, 0);
    const token = await probe.json('POST', '/Tokens', { Name: 'probe', Scopes: ['read'] });
    await probe.json('DELETE', `/Tokens/${token.Id}`);
    return new ApiClient(url, authorization, token.AssociateId);
  }

  /** A client with this header Authorization. */
  static async withAuthorization(url: string, authorization: string): Promise<ApiClient> {
    const { AssociateId } = await new ApiClient(url, authorization, 0).json('GET', '/SignIn');
    return new ApiClient(url, authorization, AssociateId);
  }

  /** The same associate with a bearer token of these scopes. */
  async withToken(scopes: string[], more: Record<string, unknown> = {}): Promise<ApiClient> {
    const { Token, AssociateId } = await this.json('POST', '/Tokens', {
      Name: 'test',
      Scopes: scopes,
      ...more,
    });
    return new ApiClient(this.url, `Bearer ${Token}`, AssociateId);
  }

  /** Calls a path below `/api/v1` and accepts any status. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: this.authorization,
        // The tests of codings ask for them; to compress every response would take a tenth of the CPU time.
        'Accept-Encoding': 'identity',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answered = isJson ? JSON.parse(text) : undefined;
    await checkAnswer(this.url, method, `/api/v1${path}`, response, answered);
    return { status: response.status, headers: response.headers, text, body: answered };
  }

  /** Calls and returns the body. @throws if the status is not 2xx */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  async json(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Starts a task and returns its id. */
  start(info: Record<string, unknown>): Promise<number> {
    return this.json('POST', '/BatchTask', info);
  }

  /** Returns the task. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  task(id: number): Promise<any> {
    return this.json('GET', `/BatchTask/${id}`);
  }

  /** Waits until the task meets the condition, or the test times out. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  async until(id: number, condition: (task: any) => boolean): Promise<any> {
    const pause = growingPauses();
    for (;;) {
      const task = await this.task(id);
      if (condition(task)) return task;
      await pause();
    }
  }

  /** Waits until the task has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  ended(id: number): Promise<any> {
    return this.until(id, (task) => ['Succeeded', 'Failed', 'SucceededManualCleanup'].includes(task.State));
  }
}
