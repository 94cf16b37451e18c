import { HttpConnection, requestBytes } from './http-connection.ts';
import { callsPerSecond, type Load } from './load.ts';
import { answerWith } from './processes.ts';

/** PUT requests to a server: the bodies by task id. */
export interface PutJob extends Load {
  readonly url: string;
  readonly authorization: string;
  readonly bodies: readonly (readonly [id: number, body: string])[];
}

await answerWith(async (job: PutJob) => {
  const headers = { authorization: job.authorization, 'content-type': 'application/json' };
  const requests = job.bodies.map(([id, body]) =>
    requestBytes('PUT', new URL(`/api/v1/BatchTask/${id}`, job.url), headers, body),
  );
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => HttpConnection.open(new URL(job.url))),
  );
  const rate = await callsPerSecond(job, async (connection) => {
    const request = requests[Math.floor(Math.random() * requests.length)] as Buffer;
    await connections[connection]?.send(request);
  });
  for (const connection of connections) connection.close();
  return rate;
});
