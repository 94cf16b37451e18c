import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { launchBrowser, NO_BROWSER, signInAs, type Visit, visit } from '../support/browser.ts';
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
  /** Opens a window, signed in if a login is given. */
  open(path: string, login?: string, options?: Parameters<typeof visit>[2]): Promise<Visit>;
}

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
      await Promise.all(done.map((each) => each.context.close()));
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
      async open(path, login, visitOptions) {
        const opened = await visit(browser, server.url, visitOptions);
        visits.push(opened);
        await opened.page.goto(path);
        if (login !== undefined) await signInAs(opened.page, login, passwordOf(login));
        return opened;
      },
    });
  });
}

/** Names and ids of the rendered rows of the list, such as `flaky #3`. */
export async function shownTasks(page: Page): Promise<string[]> {
  const names = await page.locator('tbody .task-name').allInnerTexts();
  return names.map((name) => /\S+\s+#\d+/.exec(name)?.[0].replace(/\s+/, ' ') ?? name);
}
