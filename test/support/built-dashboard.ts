import { buildDashboard } from '../../dashboard/build.ts';

/** Vitest's global setup: the tests see the page that the sources make. */
export async function setup(): Promise<void> {
  if (!(await buildDashboard())) throw new Error('the page can not be built: vite is not installed');
}
