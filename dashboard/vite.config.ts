import { defineConfig } from 'vite';

/** The page is built to `dashboard/dist`, which the server reads; `npx vite dashboard` serves it while one works on it. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    emptyOutDir: true,
  },
  server: { proxy: { '/api': process.env.BATCHLINE_URL ?? 'http://127.0.0.1:7243' } },
});
