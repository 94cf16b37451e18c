import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.ts';
import { describeInBrowser } from './stage.ts';

describeInBrowser('starting a task', (stage) => {
  test('invalid values are shown at their fields before anything is sent', async () => {
    const anna = await stage.server.associate('anna');
    const { page } = await stage.open('/start', 'anna');
    await page.getByRole('navigation', { name: 'Definitions' }).getByText('countdown').click();
    const seconds = page.getByLabel('seconds');
    expect(await seconds.inputValue()).toBe('10');
    const start = page.getByRole('button', { name: 'Start', exact: true });
    await seconds.fill('many');
    await start.click();
    await page.getByText('Enter a number.').waitFor();
    await seconds.fill('-1');
    await start.click();
    await page.getByText('Must be at least 0.').waitFor();
    expect(await seconds.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('seconds');
    expect((await anna.json('GET', '/BatchTask/All')).length).toBe(0);
    await seconds.fill('0');
    await page.getByLabel('Description').fill('By hand');
    await start.click();
    await page.getByText('Counted 0 seconds.').waitFor();
    const [task] = await anna.json('GET', '/BatchTask/All');
    expect(task).toMatchObject({ Name: 'countdown', Description: 'By hand', State: 'Succeeded' });

    await page.getByRole('link', { name: 'Start a copy' }).click();
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('By hand');
    expect(await page.getByLabel('seconds').inputValue()).toBe('0');
  });

  test('a task can be scheduled, in the time zone of the browser', async () => {
    const year = new Date().getUTCFullYear() + 2;
    const carla = await stage.server.associate('carla');
    const { page } = await stage.open('/start/countdown', 'carla', { timezoneId: 'Asia/Tokyo' });
    await page.getByLabel('Start at').fill(`${year}-01-02T12:30`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.task-header').getByText('New').waitFor();
    const row = await stage.server.database.sql
      .selectFrom('batchline.task')
      .select('run_after')
      .where('owner_id', '=', carla.associateId)
      .executeTakeFirstOrThrow();
    expect(row.run_after.toISOString()).toBe(`${year}-01-02T03:30:00.000Z`);
  });

  test('a file is uploaded and imported', async () => {
    const bo = await stage.server.associate('bo');
    const { page } = await stage.open('/start/csv-import', 'bo');
    const rows = Array.from({ length: 2000 }, (_, index) => `${index};Müller ${index};1.${index}`);
    await page.getByLabel('Upload a file for file').setInputFiles({
      name: 'Old people.csv',
      mimeType: 'text/csv',
      // As older spreadsheets write it
      buffer: Buffer.from(['Id;Name;Größe', ...rows].join('\r\n'), 'latin1'),
    });
    await page.getByText('Old people.csv uploaded.').waitFor();
    await page.getByText('Recognised columns: 3. Separator: ;. Encoding: Windows-1252.').waitFor();
    await page.getByText('The file is uploaded in UTF-8.').waitFor();
    await page.getByRole('cell', { name: 'Müller 0' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'file (required)' }).inputValue()).toMatch(/^upload:/);
    expect(await page.getByLabel('table (required)').inputValue()).toBe('old_people');
    expect(await page.getByLabel('delimiter').inputValue()).toBe(';');
    const column = (number: number) => page.getByRole('group', { name: `columns ${number}` });
    expect(await column(3).getByLabel('name (required)').inputValue()).toBe('groesse');
    expect(await column(3).getByLabel('source').inputValue()).toBe('Größe');
    expect(await column(3).getByLabel('type (required)').inputValue()).toBe('number');
    expect(await axeFindings(page)).toEqual([]);

    // Errors are beside the fields, in words.
    await page.getByRole('button', { name: 'Add to columns' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await column(4).getByText('Choose a value.').waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('name')))
      .toBe('columns/3/name');
    expect(await axeFindings(page)).toEqual([]);
    await column(4).getByRole('button', { name: 'Remove columns 4' }).click();

    // The draft survives a reload.
    await page.getByLabel('Description').fill('The old ones');
    await page.reload();
    await page.getByText('Restored from your draft.').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('The old ones');
    expect(await column(2).getByLabel('type (required)').inputValue()).toBe('text');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.task-header').getByText('Succeeded').waitFor();
    const [task] = await bo.json('GET', '/BatchTask/All');
    expect(task.Result).toContain('2000');
    const { rows: loaded } = await sql<{ name: string }>`
      select name from batchline_data.old_people where id = 7`.execute(stage.server.database.sql);
    expect(loaded).toEqual([{ name: 'Müller 7' }]);
    await page.goto('/start/csv-import');
    await page.getByLabel('table (required)').waitFor();
    expect(await page.getByText('Restored from your draft.').count()).toBe(0);
  });

  test('requests are added and removed on a phone, and anything can be said as JSON', async () => {
    const dora = await stage.server.associate('dora');
    const { page } = await stage.open('/start/http-requests', 'dora', {
      viewport: { width: 390, height: 800 },
    });
    const add = page.getByRole('button', { name: 'Add to requests' });
    await add.click();
    await add.click();
    const request = (number: number) => page.getByRole('group', { name: `requests ${number}` });
    await request(1).getByLabel('url').fill('https://example.com/a');
    await request(2).getByLabel('url').fill('https://example.com/b');
    await request(1).getByRole('button', { name: 'Remove requests 1' }).click();
    expect(await request(1).getByLabel('url').inputValue()).toBe('https://example.com/b');
    await request(1).getByText('Optional fields').click();
    await request(1).getByLabel('method').selectOption('PUT');
    await request(1).getByLabel('headers').fill('{ "X-Count": 1 }');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await request(1).getByText('X-Count: Must be of type string.').waitFor();
    await request(1).getByLabel('headers').fill('{ "X-Count": "1" }');
    expect(await axeFindings(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Edit the parameters as JSON' }).click();
    const json = page.getByRole('textbox', { name: 'Parameters' });
    expect(JSON.parse(await json.inputValue())).toMatchObject({
      requests: [{ method: 'PUT', url: 'https://example.com/b', headers: { 'X-Count': '1' } }],
      failOnError: false,
    });
    await json.fill('{ "requests": [], "colour": "red" }');
    await page.getByRole('button', { name: 'Back to the form' }).click();
    await page.getByText('The form has no fields for some of these values.').waitFor();
    await json.fill('{ "requests": [], "retries": 0 }');
    await page.getByRole('button', { name: 'Back to the form' }).click();
    await page.getByLabel('retries').waitFor();
    expect(await page.getByLabel('retries').inputValue()).toBe('0');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: /^http-requests #/ }).waitFor();
    const [task] = await dora.json('GET', '/BatchTask/All');
    expect(task.ParameterObject).toMatchObject({ requests: [], retries: 0 });
  });

  test('every kind of value has a fitting control', async () => {
    const eli = await stage.server.associate('eli');
    const { page } = await stage.open('/start/every-kind', 'eli');
    await page.getByLabel('mode (required)').selectOption('safe');
    await page.getByLabel('due').fill('2026-12-24');
    await page.getByLabel('at', { exact: true }).fill('2026-12-24T18:00:00');
    await page.getByLabel('site').fill('example');
    await page.getByLabel('mail').fill('anna@example.com');
    await page.getByLabel('secret').fill('s3cret');
    await page.getByRole('group', { name: 'retry' }).getByLabel('limit').fill('4');
    await page.getByRole('button', { name: 'Add to tags' }).click();
    await page.getByRole('textbox', { name: 'tags 1' }).fill('urgent');
    expect(await page.getByLabel('secret').getAttribute('type')).toBe('password');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Enter an address that begins with https:// or http://.').waitFor();
    await page.getByLabel('site').fill('https://example.com');
    await page.reload();
    // Passwords are not kept.
    expect(await page.getByLabel('site').inputValue()).toBe('https://example.com');
    expect(await page.getByLabel('secret').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: /^every-kind #/ }).waitFor();
    const [task] = await eli.json('GET', '/BatchTask/All');
    expect(task.ParameterObject).toEqual({
      mode: 'safe',
      due: '2026-12-24',
      at: '2026-12-24T17:00:00.000Z',
      site: 'https://example.com',
      mail: 'anna@example.com',
      retry: { limit: 4 },
      tags: ['urgent'],
    });
  });
});
