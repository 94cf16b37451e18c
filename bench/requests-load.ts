import { HttpConnection, requestBytes } from './http-connection.ts';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** Requests to a server: each call sends one of the requests at random. */
export interface RequestsJob extends Load {
  readonly url: string;
  readonly authorization: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly requests: readonly { readonly path: string; readonly body: string }[];
}

await answerWith(async ({ url, authorization, method, requests, ...load }: RequestsJob) => {
  const headers = { authorization, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) };
  const prepared = requests.map(({ path, body }) => requestBytes(method, new URL(path, url), headers, body));
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => HttpConnection.open(new URL(url))),
  );
  const rate = await callsPerSecond(load, async (connection) => {
    const request = prepared[Math.floor(Math.random() * prepared.length)] as Buffer;
    await connections[connection]?.send(request);
  });
  for (const connection of connections) connection.close();
  return rate;
});
