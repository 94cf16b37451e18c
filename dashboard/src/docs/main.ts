import '@fastify/swagger-ui/static/swagger-ui.css';
import SwaggerUI from '@fastify/swagger-ui/static/swagger-ui-bundle.js';
import { sessionHeaders } from '../api/session-headers.ts';
import { preferences } from '../preferences.ts';
import './docs.css';

/** The login of the session, for curl commands, which ask for the password; `undefined` without a session. */
let login: string | undefined;
void fetch('/api/v1/SignIn', { headers: sessionHeaders() })
  .then(async (response) => {
    if (response.ok) login = ((await response.json()) as { Login: string }).Login;
    document.getElementById('signed-out')?.toggleAttribute('hidden', response.ok);
  })
  .catch(() => undefined); // Calls show that the server is not reachable.

// The page at /docs: Swagger UI for the OpenAPI document. It uses the dashboard's session; "Authorize" accepts a
// password or a token.
SwaggerUI({
  url: '/openapi.json',
  plugins: [{ statePlugins: { spec: { wrapActions: { updateJsonSpec: withoutSharedHeaders } } } }],
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  // With 150 open rows or more, Swagger UI unmounts rows out of view and loses their responses.
  docExpansion: 'none',
  filter: true,
  tryItOutEnabled: true,
  // Don't send the document to a validator service.
  validatorUrl: null,
  requestInterceptor: (request) => {
    // The curl command shows the headers of the request. Those of the session work only with its cookie.
    request.userFetch = (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, ...sessionHeaders() } });
    if (login !== undefined && !Object.hasOwn(request.headers, 'Authorization'))
      request.curlOptions = ['-u', login];
    return request;
  },
});

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Applies the theme of the dashboard; without a choice, that of the system. */
function showTheme(): void {
  const { theme } = preferences.get();
  document.documentElement.classList.toggle('dark-mode', theme === 'dark' || (theme === '' && dark.matches));
}
dark.addEventListener('change', showTheme);
showTheme();

/** Headers that every call accepts. Fields for them in each form would push its body out of view. */
const SHARED = /^#\/components\/parameters\/(?:SO-|Accept-Language)/;

interface Spec {
  readonly paths?: Readonly<
    Record<string, Readonly<Record<string, { parameters?: readonly { $ref?: string }[] }>>>
  >;
}

/** Leaves the shared headers out of the forms. They are described in the introduction. */
function withoutSharedHeaders(update: (spec: Spec) => unknown) {
  return (spec: Spec): unknown => {
    for (const operation of Object.values(spec.paths ?? {}).flatMap((methods) => Object.values(methods)))
      if (operation.parameters !== undefined)
        operation.parameters = operation.parameters.filter(({ $ref = '' }) => !SHARED.test($ref));
    return update(spec);
  };
}
