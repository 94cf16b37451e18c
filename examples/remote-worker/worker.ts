import { createWorker } from '../../src/sdk/index.ts';
import { findHash } from './tasks.ts';

const worker = createWorker({
  url: process.env.BATCHLINE_URL ?? 'http://127.0.0.1:7243',
  token: process.env.BATCHLINE_TOKEN ?? '',
  tasks: [findHash],
  concurrency: 2,
});

await worker.start();
console.log('Working: find-hash');
process.once('SIGINT', () => worker.stop());
process.once('SIGTERM', () => worker.stop());
await worker.ended;
console.log('Stopped.');
