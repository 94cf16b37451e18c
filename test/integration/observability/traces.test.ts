import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createWorker, defineTask } from '../../../src/sdk/index.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { HandWorker } from '../workers/protocol-client.ts';
import type { SeenTrace } from './fixtures/handlers.ts';
import { Spans } from './fixtures/tracing.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

/** A trace that a caller has begun. */
function callersTrace() {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'shop=7' } };
}

/** Once it is loaded an SDK stays so: what is seen without one is seen first. */
let spans: Spans | undefined;
afterAll(() => {
  Spans.unload();
  vi.resetModules(); // the files that follow in this process load the server without the SDK
});

describe.each(DATABASES)('traces on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_HANDLERS: HANDLERS,
        BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true',
        BATCHLINE_METRICS: 'open',
      },
    });
  });
  afterAll(() => server?.stop());

  async function start(info: object, headers: Record<string, string>): Promise<number> {
    return (await server.admin.call('POST', '/BatchTask', info, headers)).body;
  }

  async function seenBy(id: number): Promise<SeenTrace> {
    const { State, Result } = await server.admin.ended(id);
    expect(State).toBe('Succeeded');
    return JSON.parse(Result);
  }

  /** Spans end shortly after their effects are visible. */
  async function spanOf(traceId: string, name: string): Promise<ReadableSpan> {
    for (;;) {
      const span = spans?.of(traceId).get(name);
      if (span !== undefined) return span;
      await delay(10);
    }
  }

  const children = async (id: number): Promise<SeenTrace[]> => {
    const { Children } = await server.admin.json('GET', `/BatchTask/${id}/Children`);
    return Promise.all(Children.map((child: { Task: { Id: number } }) => seenBy(child.Task.Id)));
  };

  test('a trace passes through a server without an SDK unchanged: to the run, its children and its calls', async () => {
    if (spans !== undefined) return;
    const { headers } = callersTrace();
    const parent = await start(
      { Name: 'traced-parent', ParameterObject: { children: ['traced', 'traced-in-thread'] } },
      headers,
    );
    expect((await seenBy(parent)).headers).toEqual(headers);
    expect((await children(parent)).map((child) => child.headers)).toEqual([headers, headers]);
    expect((await seenBy(await start({ Name: 'traced' }, {}))).headers).toEqual({});
    expect((await seenBy(await start({ Name: 'traced' }, { traceparent: 'nonsense' }))).headers).toEqual({});
  });

  test('the same key with another trace is the same call', async () => {
    const key = { 'Idempotency-Key': `trace-${kind}` };
    const first = await start({ Name: 'traced' }, { ...callersTrace().headers, ...key });
    expect(await start({ Name: 'traced' }, { ...callersTrace().headers, ...key })).toBe(first);
  });

  test('request, start, run and children are spans of the caller’s trace', async () => {
    spans ??= Spans.load();
    const { traceId, spanId, headers } = callersTrace();
    const id = await start(
      { Name: 'traced-parent', ParameterObject: { children: ['traced', 'traced-in-thread'] } },
      headers,
    );
    const seen = await seenBy(id);
    const below = await children(id);

    const request = await spanOf(traceId, 'POST /api/v1/BatchTask');
    expect(request.kind).toBe(SpanKind.SERVER);
    expect(request.parentSpanContext?.spanId).toBe(spanId);
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/BatchTask',
      'http.response.status_code': 200,
    });
    const send = await spanOf(traceId, 'send traced-parent');
    expect(send.kind).toBe(SpanKind.PRODUCER);
    expect(send.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    const run = await spanOf(traceId, 'process traced-parent');
    expect(run.kind).toBe(SpanKind.CONSUMER);
    expect(run.parentSpanContext?.spanId).toBe(send.spanContext().spanId);
    expect(run.attributes).toMatchObject({
      'messaging.system': 'batchline',
      'messaging.destination.name': 'traced-parent',
      'messaging.message.id': String(id),
      'messaging.operation.type': 'process',
    });
    // The last of its two runs; each child was started by the first one.
    expect(seen).toEqual({
      active: traceId,
      headers: { traceparent: `00-${traceId}-${run.spanContext().spanId}-01`, tracestate: 'shop=7' },
    });
    const child = await spanOf(traceId, 'process traced');
    expect(below[0]?.headers.traceparent).toBe(`00-${traceId}-${child.spanContext().spanId}-01`);
    expect(below.map((one) => one.headers.traceparent?.split('-')[1])).toEqual([traceId, traceId]);
    expect(below[0]?.active).toBe(traceId);
    const inThread = await spanOf(traceId, 'process traced-in-thread');
    expect(inThread.parentSpanContext?.spanId).toBe(child.parentSpanContext?.spanId);
    expect(child.parentSpanContext?.spanId).not.toBe(send.spanContext().spanId);
  });

  test('a start without a trace begins one', async () => {
    const { active, headers } = await seenBy(await start({ Name: 'traced' }, {}));
    expect(headers.traceparent?.split('-')[1]).toBe(active);
    expect((await spanOf(active ?? '', 'POST /api/v1/BatchTask')).parentSpanContext).toBeUndefined();
  });

  test('a run that fails is marked so; its retries are in the same trace', async () => {
    const { traceId, headers } = callersTrace();
    const id = await start({ Name: 'failing', ParameterObject: { times: 0, permanent: true } }, headers);
    expect((await server.admin.ended(id)).State).toBe('Failed');
    const run = await spanOf(traceId, 'process failing');
    expect(run.status.code).toBe(SpanStatusCode.ERROR);
    expect(run.attributes).toMatchObject({ 'error.type': 'run_failed', 'batchline.task.attempt': 1 });
  });

  test('workers outside receive the trace and continue it', async () => {
    const { Token } = await server.admin.json('POST', '/Tokens', {
      Name: 'traces',
      Scopes: ['worker'],
      Definitions: ['remote-traced', 'traced'],
    });
    const remote = defineTask({
      name: 'remote-traced',
      description: 'Returns its trace from outside',
      async run(ctx) {
        await ctx.children.start([{ key: 'one', name: 'traced' }]);
        await ctx.children.wait();
        return { headers: ctx.traceHeaders };
      },
    });
    const log = pino({ level: 'silent' });
    const worker = createWorker({ url: server.url, token: Token, tasks: [remote], log });
    await worker.start();
    try {
      const { traceId, headers } = callersTrace();
      const id = await start({ Name: 'remote-traced' }, headers);
      const seen = await seenBy(id);
      expect(seen.headers.traceparent).toMatch(`00-${traceId}-`);
      const [child] = await children(id);
      expect(child?.active).toBe(traceId);
      const run = await spanOf(traceId, 'process remote-traced');
      expect(run.kind).toBe(SpanKind.CONSUMER);
    } finally {
      await worker.stop();
    }
  });

  test('the worker protocol answers the trace of the start', async () => {
    const worker = new HandWorker(await server.admin.withToken(['worker'], { Definitions: ['by-hand'] }));
    await worker.declare({ Name: 'by-hand', LeaseSeconds: 600 });
    const { traceId, headers } = callersTrace();
    await start({ Name: 'by-hand' }, headers);
    const parent = await worker.next('by-hand');
    expect(parent.TraceParent).toMatch(`00-${traceId}-`);
    expect(parent.TraceState).toBe('shop=7');
    // If the worker sends no trace of its run, its children are below the start of the task.
    await worker.on(parent.Lease, 'Children', { Children: [{ Key: 'c', Name: 'by-hand' }] });
    const child = await worker.next('by-hand');
    expect(child.Task.Id).not.toBe(parent.Task.Id);
    expect(child.TraceParent).toBe(parent.TraceParent);
    for (const { Lease } of [child, parent]) await worker.on(Lease, 'Succeed', {});
  });

  test('http-requests and webhooks carry the trace on', async () => {
    const receiver = await startReceiver();
    const hooked = await startReceiver();
    const { Id } = await server.admin.json('POST', '/Webhooks', {
      Url: hooked.url,
      Names: ['http-requests'],
    });
    const { traceId, headers } = callersTrace();
    const own = { traceparent: callersTrace().headers.traceparent };
    const requests = [{ url: receiver.url }, { url: receiver.url, headers: own }];
    await server.admin.ended(
      await start({ Name: 'http-requests', ParameterObject: { requests, concurrency: 1 } }, headers),
    );
    expect(receiver.received.map((one) => one.headers.traceparent)).toEqual([
      expect.stringContaining(traceId),
      own.traceparent,
    ]);
    await hooked.until((received) => received.some((one) => one.body.To === 'Succeeded'));
    for (const one of hooked.received) {
      expect(one.headers.traceparent).toMatch(`00-${traceId}-`);
      expect(one.headers.tracestate).toBe('shop=7');
    }
    await server.admin.json('DELETE', `/Webhooks/${Id}`);
    await Promise.all([receiver.close(), hooked.close()]);
  });

  test('BATCHLINE_METRICS=open makes /metrics public', async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
  });
});
