import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { ANY_DATABASE } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { BatchAgent } from './webapi.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/telling-handlers.ts');
const SUPPLIER = 'NO:"Leverandør ""A""";US:"Supplier"';

describe.each(ANY_DATABASE)('languages (contract, section 5) on %s', (kind) => {
  let folder: string;
  let server: TestServer;
  let admin: ApiClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-languages-'));
    const norwegian = {
      messages: { 'Greetings to {0}, {1} and {2}': 'Hilsen til {1}, {0} og {2}' },
      resources: { SR_GREETING: 'Hei' },
    };
    await writeFile(join(folder, 'nb.json'), JSON.stringify(norwegian));
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_CATALOGUES: folder, BATCHLINE_BODY_LIMIT_BYTES: '4096' },
    });
    admin = server.admin;
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const taskIn = async (language: string, id: number): Promise<any> =>
    (await admin.call('GET', `/BatchTask/${id}`, undefined, { 'SO-Language': language })).body;

  describe('stored texts', () => {
    let id: number;
    beforeAll(async () => {
      id = await admin.start({
        Name: 'countdown',
        ParameterObject: { seconds: '0' },
        Description: SUPPLIER,
        Request: 'State: [SR_BATCH_STATE_NEW], [SR_UNKNOWN], [SR_GREETING]',
        Response: 'to:"Bob";cc:"Ann"',
        Context: 'US:"context"',
      });
      await admin.ended(id);
    });

    test.each([
      [{}, SUPPLIER],
      [{ 'SO-Language': '' }, SUPPLIER],
      [{ 'SO-Language': '*', 'Accept-Language': 'nb' }, SUPPLIER],
      [{ 'SO-Language': 'x', 'Accept-Language': 'nb' }, SUPPLIER],
      [{ 'SO-Language': '', 'Accept-Language': 'nb' }, SUPPLIER],
      [{ 'Accept-Language': 'nb' }, 'Leverandør "A"'],
      [{ 'Accept-Language': 'nb-NO' }, 'Leverandør "A"'],
      [{ 'Accept-Language': 'en;q=0.4, no;q=0.7' }, 'Leverandør "A"'],
      [{ 'Accept-Language': 'nb', 'SO-Language': 'en' }, 'Supplier'],
      [{ 'so-language': 'fi' }, 'Supplier'],
      [{ 'SO-Language': 'tlh' }, 'Supplier'],
      [{ 'Accept-Language': '???, no' }, 'Leverandør "A"'],
    ])('with %j, Description is %s', async (headers, description) => {
      const { status, body } = await admin.call('GET', `/BatchTask/${id}`, undefined, headers);
      expect(status).toBe(200);
      expect(body.Description).toBe(description);
      expect(body.Response).toBe('to:"Bob";cc:"Ann"');
    });

    test('references are replaced, unknown ones stay', async () => {
      expect((await taskIn('nb', id)).Request).toBe('State: Ny, [SR_UNKNOWN], Hei');
      expect((await taskIn('de', id)).Request).toBe('State: Neu, [SR_UNKNOWN], Hei');
      expect((await admin.task(id)).Request).toContain('[SR_BATCH_STATE_NEW]');
    });

    test('by the client of SuperOffice, with its language of all calls or of one', async () => {
      const options = {
        baseUrl: `${admin.url}/api`,
        axiosConfig: { headers: { Authorization: admin.authorization }, proxy: false as const },
      };
      const agent = new BatchAgent(options);
      expect((await agent.getBatchTaskInfoAsync(id)).description).toBe(SUPPLIER);
      const norwegian = await agent.getBatchTaskInfoAsync(id, { languageCode: 'nb' });
      expect(norwegian).toMatchObject({
        description: 'Leverandør "A"',
        request: 'State: Ny, [SR_UNKNOWN], Hei',
        context: 'context',
        result: 'Talte 0 sekunder.',
        name: 'countdown',
      });
      expect((await agent.getBatchTaskInfoAsync(id, { languageCode: '' })).description).toBe(SUPPLIER);
      const [listed] = await agent.getAllBatchTaskInfosByNameAsync('countdown', { languageCode: 'de' });
      expect(listed?.result).toBe('0 Sekunden gezählt.');
      const german = new BatchAgent({ ...options, languageCode: 'de' });
      expect((await german.getBatchTaskInfoAsync(id)).result).toBe('0 Sekunden gezählt.');
    });

    test('texts are stored unchanged, regardless of the language that they are read in', async () => {
      const put = await admin.call(
        'PUT',
        `/BatchTask/${id}`,
        { Response: SUPPLIER },
        { 'SO-Language': 'nb' },
      );
      expect(put.body.Response).toBe('Leverandør "A"');
      expect((await admin.task(id)).Response).toBe(SUPPLIER);
      await admin.json('PUT', `/BatchTask/${id}`, { Response: 'to:"Bob";cc:"Ann"' });
    });

    test('the response names its language and the headers that it depends on', async () => {
      const asked = await admin.call('GET', `/BatchTask/${id}`, undefined, { 'SO-Language': 'nn-NO, de' });
      expect(asked.headers.get('content-language')).toBe('nb');
      expect(asked.headers.get('vary')).toMatch(/SO-Language, Accept-Language/);
      const unknown = await admin.call('GET', `/BatchTask/${id}`, undefined, { 'SO-Language': 'tlh' });
      expect(unknown.headers.get('content-language')).toBe('en');
      const raw = await admin.call('GET', `/BatchTask/${id}`, undefined, { 'SO-Language': 'x' });
      expect(raw.headers.get('content-language')).toBeNull();
      expect(raw.headers.get('vary')).toMatch(/SO-Language/);
    });
  });

  describe.each(['tell-inline', 'tell-thread'])('what a run of %s tells', (name) => {
    const run = async (end: string) => {
      const id = await admin.start({ Name: name, ParameterObject: { end } });
      await admin.ended(id);
      return id;
    };

    test('its progress and its result are told to each reader, values and nested messages too', async () => {
      const id = await run('return');
      expect(await admin.task(id)).toMatchObject({
        ProgressDescription: '1 of 2 seconds',
        Result: 'Greetings to A, The name and \uFFFD',
      });
      expect(await taskIn('nb', id)).toMatchObject({
        ProgressDescription: '1 av 2 sekunder',
        Result: 'Hilsen til Navnet, A og \uFFFD',
      });
      // No catalogue has this template in French, but the nested one is there.
      expect((await taskIn('fr', id)).Result).toBe('Greetings to A, Le nom and \uFFFD');
    });

    test('its error is the Result in each language', async () => {
      const id = await run('throw');
      expect((await admin.task(id)).Result).toBe('There is no state "X".');
      expect((await taskIn('sv', id)).Result).toBe('Det finns inget tillstånd ”X”.');
    });

    test('a plain text takes the place of a message, and another run that of a Result', async () => {
      const id = await run('plain');
      expect(await taskIn('nb', id)).toMatchObject({ ProgressDescription: 'Enkelt', Result: 'plain' });
    });

    test('a stop is translated in Result and history', async () => {
      const id = await admin.start({ Name: name, ParameterObject: { end: 'wait' } });
      await admin.until(id, (task) => task.ProgressDescription !== '');
      expect((await taskIn('da', id)).ProgressDescription).toBe('1 af 2 sekunder');
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      const { Result } = await admin.ended(id);
      expect(Result).toMatch(/^Stopped by admin \(associate \d+\) at /);
      expect((await taskIn('da', id)).Result).toMatch(/^Stoppet af admin \(medarbejder \d+\) /);
      const audit = async (headers: Record<string, string>) =>
        (await admin.call('GET', `/BatchTask/${id}/Audit`, undefined, headers)).body.map(
          (entry: { Reason: string }) => entry.Reason,
        );
      const [started, claimed, begins, stopped] = await audit({ 'SO-Language': 'nl' });
      expect([started, claimed, begins]).toEqual([
        'Gestart door een client.',
        'Opgehaald.',
        'Uitvoering 1 begint.',
      ]);
      expect(stopped).toMatch(/^Gestopt door admin/);
      expect((await audit({}))[2]).toBe('Run 1 begins.');
      await admin.json('PUT', `/BatchTask/${id}`, { State: 'New' });
      await admin.until(id, (task) => task.State === 'Started');
      expect(await taskIn('da', id)).toMatchObject({ Result: '' });
      await admin.json('POST', `/BatchTask/${id}/Stop`);
      await admin.ended(id);
    });
  });

  test('definitions are described in the language', async () => {
    const { body } = await admin.call('GET', '/Definitions', undefined, { 'SO-Language': 'de' });
    const countdown = body.find((one: { Name: string }) => one.Name === 'countdown');
    expect(countdown.Description).toBe('Läuft eine Anzahl Sekunden und meldet den Fortschritt; zum Testen');
    expect((await admin.json('GET', '/Definitions'))[0].Description).toMatch(/^Runs for a number/);
  });

  test('a stop before the run and a transition by PUT are translated', async () => {
    const id = await admin.start({ Name: 'tell-inline', ParameterObject: { end: 'wait' } });
    await admin.until(id, (task) => task.State === 'Started');
    await admin.json('PUT', `/BatchTask/${id}`, { State: 'Failed' });
    await admin.json('PUT', `/BatchTask/${id}`, { State: 'New' });
    await admin.until(id, (task) => task.State === 'Started');
    await admin.json('POST', `/BatchTask/${id}/Stop`);
    await admin.ended(id);
    const { body } = await admin.call('GET', `/BatchTask/${id}/Audit`, undefined, {
      'Accept-Language': 'fr',
    });
    const reasons = body.map((entry: { Reason: string }) => entry.Reason);
    expect(reasons).toContain('Passée à Failed par admin.');
    expect(reasons).toContain('Passée à New par admin.');
  });

  describe('errors', () => {
    test.each([
      [401, 'GET', '/BatchTask/1', undefined, { Authorization: '' }, /^Headeren Authorization /],
      [
        401,
        'GET',
        '/BatchTask/1',
        undefined,
        { Authorization: 'Basic YTpi' },
        /^Brukernavnet eller passordet er feil/,
      ],
      [404, 'GET', '/Nowhere', undefined, { Authorization: '' }, /\/Nowhere finnes ikke/],
      [404, 'GET', '/BatchTask/999999', undefined, {}, /^Det finnes ingen batchoppgave 999999\.$/],
      [
        404,
        'GET',
        '/BatchTask/x',
        undefined,
        {},
        /^«x» er verken en id eller en tilstand; tillatt: et 32-bits heltall/,
      ],
      [400, 'PUT', '/BatchTask/1', '{', {}, /^Innholdet /],
      [400, 'POST', '/BatchTask', { Name: 'nope' }, {}, /^Det finnes ingen definisjon som heter «nope»/],
      [
        400,
        'POST',
        '/BatchTask',
        { Name: ['x'] },
        {},
        /^Name i BatchTaskInfo er en liste; tillatt: en tekst eller null\.$/,
      ],
      [400, 'POST', '/BatchTask', [], {}, /^BatchTaskInfo er en liste; tillatt: et objekt\.$/],
      [
        400,
        'POST',
        '/BatchTask',
        { Name: 'countdown', ParameterObject: { seconds: '-1', x: '1' } },
        {},
        /^ParameterObject for countdown: x er ikke en parameter; seconds må være >= 0\.$/,
      ],
      [400, 'POST', '/Tokens', { Name: '' }, {}, /^body\/Name kan IKKE ha færre enn 1 tegn$/],
      [
        413,
        'POST',
        '/BatchTask',
        { Name: 'x'.repeat(5000) },
        {},
        /^Innholdet er større enn 4096 byte, som er det meste for dette kallet\.$/,
      ],
      [415, 'POST', '/BatchTask', 'x', { 'Content-Type': 'image/png' }, /^Content-Type /],
      [
        400,
        'POST',
        '/Agents/Batch/StopBatchJob',
        {},
        {},
        /^Argumentet Id mangler; tillatt: et 32-bits heltall\.$/,
      ],
    ] as const)('%i of %s %s %j is in Norwegian', async (status, method, path, body, headers, says) => {
      const answer = await admin.call(method, path, body, { 'SO-Language': 'nb', ...headers });
      expect(answer.status, answer.text).toBe(status);
      expect(answer.body).toMatchObject({ Error: true, Message: expect.stringMatching(says) });
      expect(answer.headers.get('content-language')).toBe('nb');
    });

    test('errors in the URL itself are translated too, and in English by default', async () => {
      const answer = await admin.call('GET', '/BatchTask/%zz', undefined, { 'SO-Language': 'de' });
      expect(answer.status).toBe(400);
      expect(answer.body.Message).toMatch(/ist kein gültiger Teil einer URL$/);
      const english = await admin.call('GET', '/BatchTask/%zz');
      expect(english.body.Message).toMatch(/is not a valid url component$/);
    });

    test('the reasons of rights, and what they refuse', async () => {
      const anna = await server.associate('anna');
      const id = await admin.start({
        Name: 'countdown',
        IsSystemTask: true,
        ParameterObject: { seconds: '0' },
      });
      await admin.ended(id);
      const { body } = await anna.call('GET', `/BatchTask/${id}`, undefined, { 'SO-Language': 'nb' });
      const reason = 'Bare administratorer kan endre systemoppgaver.';
      expect(body.TableRight.Reason).toBe(reason);
      expect(body.FieldProperties.Description.FieldRight.Reason).toBe(reason);
      const refused = await anna.call(
        'PUT',
        `/BatchTask/${id}`,
        { Description: 'x' },
        { 'SO-Language': 'nb' },
      );
      expect(refused.body.Message).toBe(`Du har ikke lov til å oppdatere batchoppgave ${id}. ${reason}`);
    });

    test('a legal transition is translated, with the names of the states unchanged', async () => {
      const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
      await admin.ended(id);
      const { status, body } = await admin.call(
        'PUT',
        `/BatchTask/${id}`,
        { State: 'New' },
        { 'SO-Language': 'fr' },
      );
      expect([status, body.Message]).toEqual([
        409,
        `La tâche par lots ${id} est Succeeded et ne peut pas devenir New\u00A0; à partir de Succeeded, elle peut devenir SucceededManualCleanup.`,
      ]);
    });
  });
});

test('a server with a broken catalogue does not start, and says where it is broken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-languages-'));
  try {
    await writeFile(join(folder, 'nb.json'), '{\n  "messages": {,}\n}');
    await expect(startTestServer('embedded', { env: { BATCHLINE_CATALOGUES: folder } })).rejects.toThrow(
      /nb\.json:2:16: it is not JSON/,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
