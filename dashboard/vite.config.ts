import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string;
};
const SERVER = process.env.BATCHLINE_URL ?? 'http://127.0.0.1:7243';

/** Builds to `dashboard/dist`, which the server reads. `npx vite dashboard` serves with hot reload. */
export default defineConfig({
  root: import.meta.dirname,
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    emptyOutDir: true,
    // Swagger UI, which only /docs loads.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: ['index.html', 'docs.html', 'manual.html'].map((page) => join(import.meta.dirname, page)),
    },
  },
  server: { proxy: { '/api': SERVER, '/openapi.json': SERVER } },
});
