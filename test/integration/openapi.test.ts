import { readFileSync } from 'node:fs';
import { answerOf, createClient, Refused } from '@batchline/client';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMA, typesOf } from '../../packages/client/generate.ts';
import { ADMIN } from '../support/associates.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** Problems found by the linter: its recommended rules, and examples that don't match their schema. */
async function problemsOf(document: object): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: { 'no-invalid-schema-examples': 'error', 'no-invalid-media-type-examples': 'error' },
  });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: '/openapi.json',
    config,
  });
  return problems.map(
    ({ ruleId, message, location: [place] }) => `${ruleId}: ${message} at ${place?.pointer ?? ''}`,
  );
}

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: the test looks into whatever the document says
let document: any;

beforeAll(async () => {
  server = await startTestServer('embedded');
  document = await (await fetch(`${server.url}/openapi.json`)).json();
});
afterAll(() => server?.stop());

describe('the OpenAPI document', () => {
  test('is valid, and its examples are', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(await problemsOf(document)).toEqual([]);
  });

  test.each([
    [
      'an example',
      (broken: typeof document) => {
        broken.paths['/api/v1/BatchTask/{id}'].put.responses['200'].content[
          'application/json'
        ].examples.published.value.Id = 'four';
      },
    ],
    [
      'a reference',
      (broken: typeof document) => {
        broken.paths['/api/v1/Users'].get.responses['200'].content['application/json'].schema.items.$ref =
          '#/nowhere';
      },
    ],
    [
      'an operationId',
      (broken: typeof document) => {
        broken.paths['/api/v1/Users'].get.operationId = 'listTokens';
      },
    ],
  ])('would not be with %s that is wrong', async (_, breakIt) => {
    const broken = structuredClone(document);
    breakIt(broken);
    expect(await problemsOf(broken)).not.toEqual([]);
  });

  test('has each call of the contract with what callers need', () => {
    const put = document.paths['/api/v1/BatchTask/{id}'].put;
    expect(Object.keys(put.requestBody.content)).toEqual([
      'application/json',
      'text/json',
      'application/xml',
      'text/xml',
      'application/x-www-form-urlencoded',
      'application/json-patch+json',
      'application/merge-patch+json',
    ]);
    expect(Object.keys(put.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '409', '412', '415', 'default']),
    );
    for (const path of Object.keys(document.paths).filter((one) => one.startsWith('/api/v1/Agents/Batch/')))
      expect(document.paths[path].post.requestBody.content).toHaveProperty(['application/xml']);
    expect(Object.keys(document.components.securitySchemes)).toEqual([
      'Basic',
      'Bearer',
      'SoTicket',
      'Session',
      'Xsrf',
      'AppToken',
    ]);
    expect(put.security).toContainEqual({ Session: [], Xsrf: [] });
  });

  test('has the published sample as it was published, and the server takes it', async () => {
    const put = document.paths['/api/v1/BatchTask/{id}'].put;
    const sample = put.requestBody.content['application/json'].examples.published.value;
    const fixture = new URL('../conformance/fixtures/put-batchtask.request.json', import.meta.url);
    expect(sample).toEqual(JSON.parse(readFileSync(fixture, 'utf8')));
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 60 } });
    const answer = await server.admin.json('PUT', `/BatchTask/${id}`, sample);
    expect(answer).toMatchObject({ Id: id, Description: sample.Description });
    await server.admin.call('POST', `/BatchTask/${id}/Stop`);
  });

  test('has the calls that GET /api/v1 tells, each with the same line', async () => {
    const told = await (await fetch(`${server.url}/api/v1`)).json();
    const calls = Object.entries(told as Record<string, Record<string, string>>).flatMap(([url, methods]) =>
      Object.entries(methods).map(
        ([method, line]) => `${method} ${decodeURI(new URL(url).pathname)} ${line}`,
      ),
    );
    const described = Object.entries(document.paths as Record<string, Record<string, { summary: string }>>)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { summary }]) => `${method.toUpperCase()} ${path} ${summary}.`),
      );
    expect(calls).toEqual(described);
  });

  test('is sent again only if it has changed', async () => {
    const first = await fetch(`${server.url}/openapi.json`);
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(`${server.url}/openapi.json`, { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
  });
});

describe('the client', () => {
  test('is made from the document: npm run client', async () => {
    expect(readFileSync(SCHEMA, 'utf8') === (await typesOf(document))).toBe(true);
  });

  test('starts, reads and stops a task, signed in by Basic, a ticket or a token', async () => {
    const url = server.url;
    const basic = createClient({ url, login: ADMIN.login, password: ADMIN.password });
    const { Ticket = '' } = await answerOf(
      basic.POST('/api/v1/SignIn', { body: { Login: ADMIN.login, Password: ADMIN.password } }),
    );
    const { Token } = await answerOf(basic.POST('/api/v1/Tokens', { body: { Name: 'client' } }));
    for (const client of [
      basic,
      createClient({ url, ticket: Ticket }),
      createClient({ url, token: Token }),
    ]) {
      const id = await answerOf(
        client.POST('/api/v1/BatchTask', { body: { Name: 'countdown', ParameterObject: { seconds: 60 } } }),
      );
      const path = { params: { path: { id } } };
      expect(await answerOf(client.GET('/api/v1/BatchTask/{id}', path))).toMatchObject({ Id: id });
      expect(await answerOf(client.POST('/api/v1/BatchTask/{id}/Stop', path))).toBe(true);
    }
  });

  test('throws what the server says, in the language that was asked for', async () => {
    const client = createClient({
      url: server.url,
      login: 'admin',
      password: ADMIN.password,
      language: 'nb',
    });
    const call = answerOf(client.GET('/api/v1/BatchTask/{id}', { params: { path: { id: 999_999 } } }));
    await expect(call).rejects.toBeInstanceOf(Refused);
    await expect(call).rejects.toMatchObject({
      status: 404,
      type: 'SoNotFoundException',
      message: expect.stringContaining('finnes'),
    });
  });
});
