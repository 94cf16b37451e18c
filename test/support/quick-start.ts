import { existsSync, readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * Loaded before a process's own modules (`node --import`), so that it starts with less CPU time: imports in this checkout get the
 * bundles of `bundled-modules.ts`, in the folder named by TEST_BUNDLES, instead of hundreds of modules.
 */

const checkout = new URL('../../', import.meta.url).href;
const installed = new URL('node_modules/', checkout).href;
const sources = new URL('src/', checkout).href;
const folder = process.env.TEST_BUNDLES ?? '';
const folderUrl = pathToFileURL(join(folder, '/')).href;
const bundles = listBundles();

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    // A bundle imports packages as the sources do.
    if (bundles.size > 0 && parentURL.startsWith(folderUrl) && !specifier.startsWith('.'))
      return next(specifier, { ...context, parentURL: sources });
    const isOwn = parentURL.startsWith(checkout) && !parentURL.startsWith(installed);
    const bundle = isOwn ? bundles.get(specifier.replaceAll('/', '-')) : undefined;
    if (bundle !== undefined) return { url: bundle, format: 'module', shortCircuit: true };
    const resolved = next(specifier, context);
    if (!resolved.url.startsWith(sources)) return resolved;
    const source = bundles.get(resolved.url.slice(checkout.length).replaceAll('/', '-'));
    return source === undefined ? resolved : { url: source, format: 'module', shortCircuit: true };
  },
});

/** The URLs of the bundles by their names; none if they have not been built. */
function listBundles(): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  return new Map(
    files.map((file) => [file.slice(0, -'.mjs'.length), pathToFileURL(join(folder, file)).href]),
  );
}
