import type { ApiClient } from './api-client.ts';

/** One block of a stream of server-sent events. */
export interface StreamedEvent {
  readonly id: number | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any property of a response
  readonly data: any;
}

/** A client for server-sent events, based on `fetch`. */
export class EventClient {
  /** Every event so far. */
  readonly events: StreamedEvent[] = [];
  /** Everything else: comments, and blocks without data. */
  comments = '';
  /** The id to resume after, tracked as browsers do. */
  lastId = 0;
  /** Resolves when the server or `close` ends the stream. */
  readonly ended: Promise<void>;
  readonly #controller: AbortController;
  #isOver = false;
  #heard = Promise.withResolvers<void>();

  private constructor(response: Response, controller: AbortController) {
    this.#controller = controller;
    this.ended = this.#read(response).catch(() => undefined);
    void this.ended.then(() => {
      this.#isOver = true;
      this.#heard.resolve();
    });
  }

  /** Opens a stream. Resolves once it has begun, so that all later events are in it. */
  static async open(client: ApiClient, path: string, after?: number): Promise<EventClient> {
    const controller = new AbortController();
    const response = await fetch(`${client.url}/api/v1${path}`, {
      headers: {
        Authorization: client.authorization,
        Accept: 'text/event-stream',
        ...(after === undefined ? {} : { 'Last-Event-ID': String(after) }),
      },
      signal: controller.signal,
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new EventClient(response, controller);
  }

  /** The changes of state so far, as `task:State`. */
  get moves(): string[] {
    return this.events.flatMap(({ event, data }) => (event === 'state' ? `${data.TaskId}:${data.To}` : []));
  }

  /** Waits until the condition holds, or the test times out. */
  async until(condition: (client: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#isOver) throw new Error('the stream has ended');
      await this.#heard.promise;
    }
  }

  /** Waits for a task's transition to a state. */
  sees(taskId: number, state: string): Promise<void> {
    return this.until(({ moves }) => moves.includes(`${taskId}:${state}`));
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    }
  }

  #take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const id = field('id');
    const data = field('data');
    if (id !== undefined) this.lastId = Number(id);
    if (data === undefined) this.comments += `${block}\n\n`;
    else
      this.events.push({
        id: id === undefined ? undefined : Number(id),
        event: field('event') ?? 'message',
        data: JSON.parse(data),
      });
  }
}
