/** The version of the package, which the build fills in (vite.config.ts). */
declare const __VERSION__: string;
