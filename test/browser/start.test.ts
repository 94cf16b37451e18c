import { expect, test } from 'vitest';
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
    const rows = Array.from({ length: 2000 }, (_, index) => `${index},name ${index}`);
    await page.getByLabel('Upload a file for file').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['id,name', ...rows].join('\n')),
    });
    await page.getByText('people.csv uploaded.').waitFor();
    expect(await page.getByRole('textbox', { name: 'file (required)' }).inputValue()).toMatch(/^upload:/);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    expect(await page.getByText('Required.').count()).toBe(2);
    await page.getByLabel('table (required)').fill('people');
    await page.getByLabel('columns (required)').fill('[{ "name": ');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Invalid JSON').waitFor();
    await page
      .getByLabel('columns (required)')
      .fill('[{ "name": "id", "type": "integer" }, { "name": "name", "type": "text" }]');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.task-header').getByText('Succeeded').waitFor();
    const [task] = await bo.json('GET', '/BatchTask/All');
    expect(task.Result).toContain('2000');
  });
});
