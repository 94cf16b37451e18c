import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { launchBrowser, NO_BROWSER, startSession, VIEWPORT, type Visit, visit } from '../support/browser.ts';
import type { Place } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

/** The settings of every server of these tests. */
export const STAGE_ENV = {
  BATCHLINE_HANDLERS: join(FIXTURES, 'handlers.ts'),
  BATCHLINE_CATALOGUES: join(FIXTURES, 'catalogues'),
};

/** A server and a browser for the tests of a file. */
export interface Stage {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Opens a window, signed in if a login is given. Its page may have shown the dashboard of an earlier test. */
  open(path: string, login?: string, options?: VisitOptions): Promise<Visit>;
}

type VisitOptions = NonNullable<Parameters<typeof visit>[2]>;

/** The password of a user on a test server. */
export const passwordOf = (login: string): string =>
  login === ADMIN.login ? ADMIN.password : `password of ${login}`;

/** Tests with a server and a browser; skipped, with the reason, without a browser. After each test, no page may have had an error. */
export function describeInBrowser(
  title: string,
  tests: (stage: Stage) => void,
  { place, env }: { place?: Place; env?: Record<string, string> } = {},
): void {
  const name = NO_BROWSER === undefined ? title : `${title}: skipped, ${NO_BROWSER}`;
  describe.skipIf(NO_BROWSER !== undefined)(name, () => {
    let server: TestServer;
    let browser: Browser;
    const visits: Visit[] = [];
    // A new window takes 0.3 s of CPU time more than one that has shown the dashboard.
    const reusable = new WeakSet<Visit>();
    let unused: Visit | undefined;
    beforeAll(async () => {
      server = await startTestServer('embedded', {
        env: { ...STAGE_ENV, ...env },
        ...(place === undefined ? {} : { place }),
      });
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });
    afterEach(async () => {
      const done = visits.splice(0);
      const faults = done.flatMap((each) => each.faults);
      const foreign = done.flatMap((each) => each.requested).filter((url) => !url.startsWith(server.url));
      await Promise.all(
        done.map(async (each) => {
          if (unused === undefined && reusable.has(each) && !each.page.isClosed()) unused = each;
          else await each.context.close();
        }),
      );
      if (unused !== undefined) await clear(unused);
      expect(faults).toEqual([]);
      expect(foreign, 'requests to other origins').toEqual([]);
    });
    tests({
      get server() {
        return server;
      },
      get browser() {
        return browser;
      },
      async open(path, login, { viewport, ...others } = {}) {
        const isPlain = Object.keys(others).length === 0;
        const opened = (isPlain && unused) || (await visit(browser, server.url, others));
        if (opened === unused) unused = undefined;
        if (isPlain) reusable.add(opened);
        visits.push(opened);
        await opened.page.setViewportSize(viewport ?? VIEWPORT);
        if (login !== undefined) await startSession(opened.context, login, passwordOf(login));
        await opened.page.goto(path);
        if (login !== undefined) await opened.page.locator('.me').waitFor();
        return opened;
      },
    });
  });
}

/** Makes a window as good as new, except for its cache and its history. */
async function clear({ context, page, faults, requested }: Visit): Promise<void> {
  const others = context.pages().filter((each) => each !== page);
  await Promise.all(others.map((each) => each.close()));
  // Ends the dashboard, but not the process, which another origin would do.
  await page.goto('/api/v1/SignIn/Methods');
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.emulateMedia({ colorScheme: null });
  await context.clearCookies();
  await context.clearPermissions();
  faults.length = 0;
  requested.length = 0;
}

/**
 * Shows another page of the dashboard as its links do. Loading the dashboard again takes three times the CPU time of showing a
 * page.
 */
export async function showPage(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', to), path);
}

/** Names and ids of the rendered rows of the list, such as `flaky #3`. */
export async function shownTasks(page: Page): Promise<string[]> {
  const names = await page.locator('tbody .task-name').allInnerTexts();
  return names.map((name) => /\S+\s+#\d+/.exec(name)?.[0].replace(/\s+/, ' ') ?? name);
}
