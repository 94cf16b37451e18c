import { expect, test } from 'vitest';
import { axeFindings, signInAs, visit } from '../support/browser.ts';
import { createPlace } from '../support/databases.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { startTestServer } from '../support/test-server.ts';
import { describeInBrowser, passwordOf, STAGE_ENV, shownTasks } from './stage.ts';

describeInBrowser('signing in', (stage) => {
  test('a wrong password is refused, a right one opens the requested page, and signing out ends the session', async () => {
    await stage.server.associate('carla');
    const { page, context } = await stage.open('/start/countdown');
    await page.getByLabel('Login').fill('carla');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(passwordOf('carla'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'countdown' }).waitFor();
    const session = (await context.cookies()).find((cookie) => cookie.name === 'BatchlineSession');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    await page.reload();
    await page.getByRole('heading', { name: 'countdown' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect((await context.cookies()).map((cookie) => cookie.name)).not.toContain('BatchlineSession');
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  test('a user signs in with the company’s account, and signs out there too', async () => {
    const provider = await startOidcProvider();
    const own = await startTestServer('embedded', { env: { ...STAGE_ENV, ...provider.env } });
    const { page, context, faults } = await visit(stage.browser, own.url);
    try {
      provider.register(own.url);
      await own.associate('anna');
      const offer = page.getByRole('link', { name: 'Sign in with Example Inc.' });
      await page.goto('/start/countdown?x=1');
      await offer.click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('You cancelled the sign-in.').waitFor();
      expect(page.url()).toBe(`${own.url}/start/countdown?x=1`);
      expect(await axeFindings(page)).toEqual([]);

      await offer.click();
      await page.getByLabel('Login at Example Inc.').fill('stranger');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Your account has no access to this server.').waitFor();
      // The provider still knows the stranger.
      await context.clearCookies({ domain: '127.0.0.1' });

      await offer.click();
      await page.getByLabel('Login at Example Inc.').fill('anna');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'countdown' }).waitFor();
      expect(page.url()).toBe(`${own.url}/start/countdown?x=1`);
      const session = (await context.cookies()).find(({ name }) => name === 'BatchlineSession');
      expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      await page.reload();
      await page.getByRole('heading', { name: 'countdown' }).waitFor();

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${provider.url}/session/end**`);
      await page.getByRole('button', { name: 'Yes, sign me out' }).click();
      await page.waitForURL(`${own.url}/`);
      await offer.click();
      await page.getByLabel('Login at Example Inc.').waitFor();
      expect(faults).toEqual([]);
    } finally {
      await context.close();
      await own.stop();
      await provider.stop();
    }
  });

  test('a user changes their own password and stays signed in', async () => {
    const emma = await stage.server.associate('emma');
    const elsewhere = await stage.open('/', 'emma');
    const { page } = await stage.open('/settings', 'emma');
    await page.getByLabel('New password', { exact: true }).fill('a new password');
    await page.getByLabel('Confirm new password').fill('another one');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The passwords don’t match.').waitFor();
    await page.getByLabel('Confirm new password').fill('a new password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed. Your other sessions have been signed out.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await elsewhere.page.reload();
    await elsewhere.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect((await emma.call('GET', '/BatchTask/My')).status, 'the old password').toBe(401);
  });

  test('users see only what they are permitted to see', async () => {
    const anna = await stage.server.associate('anna');
    const bo = await stage.server.associate('bo');
    const annas = await anna.start({ Name: 'flaky', ParameterObject: { fail: false } });
    const bos = await bo.start({ Name: 'flaky', ParameterObject: { fail: false } });
    const first = await stage.open('/?scope=all', 'anna');
    const second = await stage.open('/?scope=all', 'bo');
    await expect.poll(() => shownTasks(first.page)).toEqual([`flaky #${annas}`]);
    await expect.poll(() => shownTasks(second.page)).toEqual([`flaky #${bos}`]);
    await first.page.goto(`/tasks/${bos}`);
    await first.page.getByRole('alert').waitFor();
    expect(await first.page.getByRole('button', { name: /Stop|Edit|Delete/ }).count()).toBe(0);
    expect(await first.page.getByRole('link', { name: /Operations|Users/ }).count()).toBe(0);
    const boss = await stage.open('/?scope=all', 'admin');
    await expect.poll(() => shownTasks(boss.page)).toEqual([`flaky #${bos}`, `flaky #${annas}`]);
    await boss.page.getByRole('row', { name: 'anna' }).waitFor();
    await boss.page.getByRole('link', { name: 'Operations' }).waitFor();
  });

  test('after a session expires, signing in returns to the page with its unsaved inputs', async () => {
    const dora = await stage.server.associate('dora');
    const { page } = await stage.open('/start/countdown', 'dora');
    await page.getByLabel('Description').fill('half written');
    const { sql: db } = stage.server.database;
    await db.deleteFrom('batchline.sign_in').where('associate_id', '=', dora.associateId).execute();
    // The server caches a session for some seconds.
    const status = (): Promise<number> =>
      page.evaluate(
        async () =>
          (await fetch('/api/v1/SignIn', { headers: { 'X-Requested-With': 'XMLHttpRequest' } })).status,
      );
    await expect.poll(status).toBe(401);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Your session has expired').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(false);
    await signInAs(page, 'dora', passwordOf('dora'));
    expect(await page.getByLabel('Description').inputValue()).toBe('half written');
    expect(new URL(page.url()).pathname).toBe('/start/countdown');
  });

  test('a new user in the same window sees no data of the previous one', async () => {
    const eva = await stage.server.associate('eva');
    await stage.server.associate('finn');
    await eva.start({ Name: 'flaky', ParameterObject: { fail: false } });
    const { page, context } = await stage.open('/', 'eva');
    await expect.poll(() => shownTasks(page)).toHaveLength(1);
    await context.clearCookies();
    await page.getByText('Your session has expired').waitFor();
    await signInAs(page, 'finn', passwordOf('finn'));
    await page.getByText('No tasks yet').waitFor();
    expect(await shownTasks(page)).toEqual([]);
  });

  test('an outage of the server is shown, and the page continues when it is back', async () => {
    const place = await createPlace('embedded');
    let own = await startTestServer('embedded', { place, env: STAGE_ENV });
    try {
      const gus = await own.associate('gus');
      const context = await stage.browser.newContext({ locale: 'en-GB' });
      const page = await context.newPage();
      await page.goto(own.url);
      await signInAs(page, 'gus', passwordOf('gus'));
      await gus.start({ Name: 'flaky', ParameterObject: { fail: false } });
      await expect.poll(() => shownTasks(page)).toEqual(['flaky #1']);
      const port = new URL(own.url).port;
      await own.stop();
      await page.getByText('The server is not responding').waitFor();
      expect(await shownTasks(page)).toEqual(['flaky #1']);
      own = await startTestServer('embedded', { place, env: { ...STAGE_ENV, PORT: port } });
      await page.getByText('The server is not responding').waitFor({ state: 'detached' });
      await gus.start({ Name: 'flaky', ParameterObject: { fail: false } });
      await expect.poll(() => shownTasks(page)).toEqual(['flaky #2', 'flaky #1']);
      await context.close();
    } finally {
      await own.stop();
      await place.remove();
    }
  });
});
