import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Chromium, without the parts that only its windows need if possible: it then takes a fifth less CPU time. */
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));

/** The reason for skipping the browser tests; `undefined` if they run. */
export const NO_BROWSER =
  CHROMIUM === undefined ? 'Chromium is not installed (apt-get install chromium-headless-shell)' : undefined;

/** Starts Chromium without background requests. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A window with its own cookies that collects errors. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Script errors, including violations of the Content-Security-Policy. */
  readonly faults: string[];
  /** The requested URLs. */
  readonly requested: string[];
}

/** The size of a window, unless a test sets it. */
export const VIEWPORT = { width: 1280, height: 800 };

/** Opens a window with a server's dashboard. */
export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    viewport: VIEWPORT,
    reducedMotion: 'reduce', // animations are a tenth of Chromium's CPU time
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const requested: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // Chromium logs every 4xx response, which the page handles.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  page.on('request', (request) => requested.push(request.url()));
  return { context, page, faults, requested };
}

/** Signs in a window without the dashboard's form. */
export async function startSession(context: BrowserContext, login: string, password: string): Promise<void> {
  const data = { Login: login, Password: password, Cookie: true };
  const response = await context.request.post('/api/v1/SignIn', { data });
  if (!response.ok()) throw new Error(`sign-in of ${login}: ${response.status()}`);
}

/** Signs in with the dashboard's form. */
export async function signInAs(page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeRules {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Violations that axe finds on the page (WCAG 2.2 AA and best practices), one per line. */
export async function axeFindings(page: Page): Promise<string[]> {
  // The page's policy allows only its own scripts; evaluated code is injected by the debugger.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
  // To describe what passed, and to make selectors, would take half of the CPU time.
  const { violations } = await page.evaluate<AxeRules>(`axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
    selectors: false,
    preload: false,
  })`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
