import { existsSync, readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * Loaded before a process's own modules (`node --import`), so that it starts with less CPU time: imports in this checkout get the
 * bundles of `bundled-modules.ts`, in the folder named by TEST_BUNDLES, instead of packages of hundreds of modules.
 */

const checkout = new URL('../../', import.meta.url).href;
const installed = new URL('node_modules/', checkout).href;
const bundles = listBundles(process.env.TEST_BUNDLES ?? '');

registerHooks({
  resolve(specifier, context, next) {
    const bundle = bundles.get(specifier.replace('/', '-'));
    const { parentURL = '' } = context;
    if (bundle === undefined || !parentURL.startsWith(checkout) || parentURL.startsWith(installed))
      return next(specifier, context);
    return { url: bundle, format: 'module', shortCircuit: true };
  },
});

/** The URLs of the bundles by their names; none if they have not been built. */
function listBundles(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder).map((file) => [file.replace(/\.mjs$/, ''), pathToFileURL(join(folder, file)).href]),
  );
}
