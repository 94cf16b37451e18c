import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * A keep-alive connection that sends prebuilt requests and only parses the status and the end of each response. The load
 * generator shares the cores with the server, and a complete HTTP client would take as long for a request as the server does.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #answered: { resolve: (answer: string) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (part) => this.#read(part));
    socket.on('error', (error) => this.#answered?.reject(error));
    socket.on('close', () => this.#answered?.reject(new Error('the server has closed the connection')));
  }

  static async open(url: URL): Promise<HttpConnection> {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** Sends a request. Resolves to the body of its response, or some hundred bytes of it. @throws if it is not 200, or has no Content-Length */
  async send(request: Buffer): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#answered = { resolve, reject };
    this.#socket.write(request);
    const answer = await promise;
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`The answer is not 200: ${answer}`);
    return answer.slice(answer.indexOf(HEAD_END) + HEAD_END.length);
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #read(part: Buffer): void {
    this.#parts.push(part);
    const answer = this.#parts.length === 1 ? part : Buffer.concat(this.#parts);
    const head = answer.indexOf(HEAD_END);
    if (head === -1) return;
    const length = /^content-length: (\d+)/im.exec(answer.toString('latin1', 0, head))?.[1];
    if (length === undefined) this.#answered?.reject(new Error('an answer has no Content-Length'));
    if (answer.length < head + HEAD_END.length + Number(length)) return;
    this.#parts = [];
    this.#answered?.resolve(answer.toString('latin1', 0, 1000));
  }
}

/** A serialized request. */
export function requestBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const lines = Object.entries({
    host: url.host,
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
