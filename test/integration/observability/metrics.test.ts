import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { type Metric, readExposition, total } from '../../support/exposition.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { insertWaiting } from '../../support/waiting-tasks.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('metrics on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_HANDLERS: HANDLERS,
        BATCHLINE_MONITORING_PORT: '0',
        BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true',
        BATCHLINE_WEBHOOK_TRIES: '1',
      },
    });
  });
  afterAll(() => server?.stop());

  const get = (url: string, authorization?: string): Promise<Response> =>
    fetch(url, authorization === undefined ? {} : { headers: { Authorization: authorization } });

  async function scrape(): Promise<Map<string, Metric>> {
    const answer = await get(`${server.monitoringUrl}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    return readExposition(await answer.text());
  }

  /** Scrapes until the condition holds; the test's own timeout ends it. */
  async function until(condition: (metrics: Map<string, Metric>) => boolean): Promise<Map<string, Metric>> {
    for (;;) {
      const metrics = await scrape();
      if (condition(metrics)) return metrics;
      await delay(50);
    }
  }

  test('count what becomes of tasks, by definition and outcome', async () => {
    const { admin } = server;
    const start = (Name: string, ParameterObject: object) => admin.start({ Name, ParameterObject });
    await admin.ended(await start('failing', { times: 2 }));
    await admin.ended(await start('failing', { times: 0, permanent: true }));
    await admin.ended(await start('traced-parent', { children: ['traced', 'traced-in-thread'] }));
    const stopped = await start('endless', {});
    await admin.until(stopped, (task) => task.State === 'Started');
    // The counts of the queues are a little old.
    const running = await until(
      (metrics) =>
        total(metrics, 'batchline_tasks_running', { definition: 'endless' }) === 1 &&
        total(metrics, 'batchline_runs_active') === 1,
    );
    expect(total(running, 'batchline_run_slots', { isolate: 'inline' })).toBe(20);
    expect(total(running, 'batchline_database_up')).toBe(1);
    await admin.json('POST', `/BatchTask/${stopped}/Stop`);
    await admin.ended(stopped);

    const metrics = await until((now) => total(now, 'batchline_runs_active') === 0);
    const runs = (definition: string, outcome: string) =>
      total(metrics, 'batchline_runs_total', { definition, outcome });
    expect({
      retried: runs('failing', 'retried'),
      succeeded: runs('failing', 'succeeded'),
      failed: runs('failing', 'failed'),
      stopped: runs('endless', 'stopped'),
      waiting: runs('traced-parent', 'waiting'),
      parents: runs('traced-parent', 'succeeded'),
      children: runs('traced', 'succeeded'),
      threads: runs('traced-in-thread', 'succeeded'),
    }).toEqual({
      retried: 2,
      succeeded: 1,
      failed: 1,
      stopped: 1,
      waiting: 1,
      parents: 1,
      children: 1,
      threads: 1,
    });
    const failing = { definition: 'failing' };
    expect(total(metrics, 'batchline_tasks_started_total', failing)).toBe(2);
    expect(total(metrics, 'batchline_tasks_started_total', { definition: 'traced' })).toBe(1);
    expect(total(metrics, 'batchline_tasks_claimed_total', failing)).toBe(4);
    expect(total(metrics, 'batchline_task_wait_seconds', failing, '_count')).toBe(4);
    // A run after a wait for children was not due all that time.
    expect(total(metrics, 'batchline_task_wait_seconds', { definition: 'traced-parent' }, '_count')).toBe(1);
    expect(total(metrics, 'batchline_run_duration_seconds', failing, '_count')).toBe(4);
    expect(total(metrics, 'batchline_task_runs', failing, '_count')).toBe(2);
    expect(total(metrics, 'batchline_task_runs', failing, '_sum')).toBe(4);
    expect(total(metrics, 'batchline_claim_batch_size', {}, '_sum')).toBe(9);
    expect(total(metrics, 'batchline_leases_lost_total')).toBe(0);
  });

  test('count what is sent again under one key once', async () => {
    const headers = { 'Idempotency-Key': 'metrics' };
    const before = total(await scrape(), 'batchline_tasks_started_total', { definition: 'traced' });
    const [first, second] = [
      await server.admin.call('POST', '/BatchTask', { Name: 'traced' }, headers),
      await server.admin.call('POST', '/BatchTask', { Name: 'traced' }, headers),
    ];
    expect(second.body).toBe(first.body);
    const after = total(await scrape(), 'batchline_tasks_started_total', { definition: 'traced' });
    expect(after - before).toBe(1);
  });

  test('show the age of the oldest due task, and the number of delayed ones', async () => {
    const hour = 3600;
    await insertWaiting(server.database, 'nobody-runs-it', [-2 * hour, -hour, hour]);
    const labels = { definition: 'nobody-runs-it' };
    const metrics = await until((now) => total(now, 'batchline_tasks_due', labels) > 0);
    expect(total(metrics, 'batchline_tasks_due', labels)).toBe(2);
    expect(total(metrics, 'batchline_tasks_scheduled', labels)).toBe(1);
    const age = total(metrics, 'batchline_tasks_oldest_due_age_seconds', labels);
    expect(Math.abs(age - 2 * hour)).toBeLessThan(hour);
    expect(metrics.get('batchline_tasks_due')?.samples.map(({ labels: its }) => its.definition)).toContain(
      'endless',
    );
  });

  test('count requests by the pattern of their route, and what has none together', async () => {
    const { admin } = server;
    await admin.call('GET', '/BatchTask/2147483647');
    await admin.call('GET', '/batchtask/2147483646/');
    await admin.call('GET', '/NoSuchThing/1');
    const metrics = await until(
      (now) => total(now, 'batchline_http_requests_total', { route: 'none', status: '4xx' }) > 0,
    );
    const route = '/api/v1/BatchTask/:id';
    const labels = { method: 'GET', route, status: '4xx' };
    expect(total(metrics, 'batchline_http_requests_total', labels)).toBe(2);
    expect(
      total(metrics, 'batchline_http_request_duration_seconds', { method: 'GET', route }, '_count'),
    ).toBeGreaterThanOrEqual(2);
    const routes = metrics.get('batchline_http_requests_total')?.samples.map((one) => one.labels.route) ?? [];
    expect(routes.filter((one) => /\d{5}|metrics|health/.test(one ?? ''))).toEqual([]);
  });

  test('tell how many event streams are open', async () => {
    const client = await EventClient.open(server.admin, '/Events');
    await until((now) => total(now, 'batchline_event_streams_open') === 1);
    await client.close();
    await until((now) => total(now, 'batchline_event_streams_open') === 0);
  });

  test('count tries of deliveries by outcome', async () => {
    const receiver = await startReceiver();
    const { Id } = await server.admin.json('POST', '/Webhooks', { Url: receiver.url, Names: ['traced'] });
    await server.admin.json('POST', `/Webhooks/${Id}/Test`);
    await until((now) => total(now, 'batchline_webhook_deliveries_total', { outcome: 'delivered' }) === 1);
    receiver.answer = () => ({ status: 500 });
    await server.admin.json('POST', `/Webhooks/${Id}/Test`);
    await until((now) => total(now, 'batchline_webhook_deliveries_total', { outcome: 'dead' }) === 1);
    await server.admin.json('DELETE', `/Webhooks/${Id}`);
    await receiver.close();
  });

  test('describe the database', async () => {
    const before = total(await scrape(), 'batchline_database_errors_total', { class: '42' });
    await expect(
      server.database.sql
        .selectFrom('batchline.no_such_table' as 'batchline.task')
        .selectAll()
        .execute(),
    ).rejects.toThrow();
    const metrics = await scrape();
    expect(total(metrics, 'batchline_database_errors_total', { class: '42' }) - before).toBe(1);
    expect(total(metrics, 'batchline_database_statement_duration_seconds', {}, '_count')).toBeGreaterThan(10);
    expect(total(metrics, 'batchline_database_connections_limit')).toBe(kind === 'postgres' ? 10 : 0);
    if (kind === 'postgres')
      expect(total(metrics, 'batchline_database_connections')).toBeGreaterThanOrEqual(1);
  });

  test('have names by convention, and few labels', async () => {
    const metrics = await scrape();
    const allowed = 'definition outcome isolate method route status class state kind table le'.split(' ');
    for (const [name, { help, type, samples }] of metrics) {
      if (!name.startsWith('batchline_')) continue;
      expect(help, name).not.toBe('');
      if (type === 'counter') expect(name).toMatch(/_total$/);
      else expect(name).not.toMatch(/_total$/);
      for (const { labels } of samples)
        for (const label of Object.keys(labels)) expect(allowed, name).toContain(label);
    }
    expect([...metrics.keys()]).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']),
    );
  });

  test('are for those who may see every task of every tenant', async () => {
    const at = `${server.url}/metrics`;
    const plain = await server.associate('metrics-plain');
    const viewer = await server.associate('metrics-viewer', { roles: ['viewer'] });
    const bound = await server.associate('metrics-bound', { roles: ['viewer'], tenant: 'Cust1' });
    const reading = await viewer.withToken(['read']);
    expect((await get(at)).status).toBe(401);
    expect((await get(at, plain.authorization)).status).toBe(403);
    expect((await get(at, bound.authorization)).status).toBe(403);
    expect((await get(at, viewer.authorization)).status).toBe(200);
    const scraped = await fetch(at, {
      headers: {
        Authorization: reading.authorization,
        Accept: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1',
      },
    });
    expect(scraped.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(readExposition(await scraped.text()).has('batchline_runs_total')).toBe(true);
  });

  test('and health have a port of their own', async () => {
    const at = server.monitoringUrl ?? '';
    expect(await (await get(`${at}/health/live`)).json()).toEqual({ Status: 'live' });
    for (const base of [at, server.url]) {
      expect(await (await get(`${base}/health/ready`)).json()).toEqual({ Status: 'ready' });
      expect(await (await get(`${base}/health`)).json()).toEqual({
        Status: 'ready',
        UptimeSeconds: expect.any(Number),
        DatabaseMilliseconds: expect.any(Number),
      });
    }
    expect((await get(`${at}/api/v1`)).status).toBe(404);
    expect((await fetch(`${at}/metrics`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${at}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  /** The gauges of connections are there with PostgreSQL only. */
  const isComplete = kind === 'postgres';

  test.runIf(isComplete)('are those of docs/observability.md', async () => {
    const text = readFileSync(join(ROOT, 'docs/observability.md'), 'utf8');
    const [, table = ''] = /<!-- metrics:.*?-->\n([\s\S]*?)<!-- \/metrics -->/.exec(text) ?? [];
    const documented = table
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .map(([, name = '', type, labels = '', help]) => ({ name, type, help, labels: labels.split(', ') }));
    const metrics = new Map([...(await scrape())].filter(([name]) => name.startsWith('batchline_')));
    expect(documented.map(({ name, type, help }) => [name, type, help])).toEqual(
      [...metrics].map(([name, { type, help }]) => [name, type, help]),
    );
    for (const { name, labels } of documented)
      for (const sample of metrics.get(name)?.samples ?? [])
        for (const label of Object.keys(sample.labels))
          if (label !== 'le') expect(labels, name).toContain(label);
  });

  test.runIf(isComplete)('are all that the dashboard and the alerts ask for', async () => {
    const metrics = await scrape();
    const told = new Set(
      [...metrics].flatMap(([name, { type }]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
    const dashboard = JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/batchline.json'), 'utf8'));
    const alerts = readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8');
    const ids = new Set<number>();
    const asked: string[] = [alerts, JSON.stringify(dashboard.templating)];
    for (const panel of dashboard.panels) {
      ids.add(panel.id);
      const { x, y, w, h } = panel.gridPos;
      expect(x + w, panel.title).toBeLessThanOrEqual(24);
      expect(Math.min(x, y, w - 1, h - 1), panel.title).toBeGreaterThanOrEqual(0);
      expect(['row', 'stat', 'timeseries']).toContain(panel.type);
      if (panel.type === 'row') continue;
      expect(panel.targets.length, panel.title).toBeGreaterThan(0);
      for (const target of panel.targets) {
        expect(target.datasource).toEqual({
          type: 'prometheus',
          uid: expect.stringMatching(/^\$\{datasource\}$/),
        });
        expect(target.expr.split('(').length, target.expr).toBe(target.expr.split(')').length);
        asked.push(target.expr);
      }
    }
    expect(ids.size).toBe(dashboard.panels.length);
    const names = new Set(asked.flatMap((text) => text.match(/\b(?:batchline|nodejs|process)_\w+/g) ?? []));
    expect([...names].filter((name) => !told.has(name))).toEqual([]);
    // Nothing that is counted goes unseen.
    const seen = (name: string) => [name, `${name}_bucket`, `${name}_count`].some((one) => names.has(one));
    expect([...metrics.keys()].filter((name) => name.startsWith('batchline_') && !seen(name))).toEqual([]);
  });
});
