import { isMainThread } from 'node:worker_threads';

/*
 * Loaded by the processes that run tests: threads of a server in such a process start as quickly as servers in their own
 * processes do. The main thread loads its modules through Vitest.
 */
if (!isMainThread) await import('./quick-start.ts');
