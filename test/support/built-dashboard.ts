import { buildDashboard } from '../../dashboard/build.ts';

/** Vitest's global setup: builds the dashboard from the sources. */
export async function setup(): Promise<void> {
  if (!(await buildDashboard())) throw new Error('the page can not be built: vite is not installed');
}
