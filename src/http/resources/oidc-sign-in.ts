import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { OidcClientConfig, SignInConfig } from '../../config.ts';
import { ACCESS } from '../../core/access.ts';
import { invalid, notFound, RequestError } from '../../core/errors.ts';
import { hashToken } from '../../services/secrets.ts';
import type { SignIns } from '../../services/sign-ins.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { ClaimsReader } from '../auth/claims.ts';
import { refuseCrossSite } from '../auth/hooks.ts';
import { type CompletedSignIn, FLOW_SECONDS, OidcFailure, OidcSignIn } from '../auth/oidc.ts';
import { credentialsOf, setFlowCookie, setSessionCookies, takeFlowCookie } from '../auth/schemes.ts';

/** The path of the start of a sign-in at the OIDC provider. */
const OIDC_START = '/auth/oidc/start';
const OIDC_CALLBACK = '/auth/oidc/callback';
/** The path that signs out at the OIDC provider. */
export const OIDC_SIGN_OUT = '/auth/oidc/sign-out';

const CONFIG = {
  access: ACCESS.open,
  ownType: true,
  repeatableQuery: true,
  undocumented: 'navigations of the dashboard',
} as const;

/** The dependencies of the routes. */
interface OidcSignInDeps {
  readonly signIns: SignIns;
  readonly authenticator: Authenticator;
  readonly config: SignInConfig;
  readonly log: Logger;
}

/**
 * The sign-in at the OIDC provider, as navigations of the browser. They end at the page, with `#sign-in=` and the reason
 * after a failure.
 */
export async function oidcSignInRoutes(app: FastifyInstance, deps: OidcSignInDeps): Promise<void> {
  const { signIns, authenticator, config, log } = deps;
  const client = config.oidcClient;
  const provider =
    client === undefined ? undefined : new OidcSignIn(new ClaimsReader(signIns, client, log), client, log);
  const options = { exposeHeadRoute: false, config: CONFIG };

  app.get<{ Querystring: { return?: string } }>(OIDC_START, options, async (request, reply) => {
    const oidc = configured(provider);
    const returnTo = readPagePath(request.query.return);
    const { session } = credentialsOf(request);
    return redirect(reply, log, async () => {
      const { url, flow } = await oidc.begin({
        redirectUri: originOf(request) + OIDC_CALLBACK,
        returnTo,
        replaced: session === undefined ? undefined : hashToken(session),
      });
      setFlowCookie(reply, flow, FLOW_SECONDS);
      return url;
    });
  });

  app.get(OIDC_CALLBACK, options, async (request, reply) => {
    const oidc = configured(provider);
    const query = new URLSearchParams(request.url.split('?')[1]);
    const sealed = takeFlowCookie(request, reply);
    return redirect(reply, log, async () => {
      const signedIn = await authenticator.limitFailures(request.ip, () => oidc.complete(query, sealed));
      const { secret } = await issueSession(deps, signedIn);
      authenticator.trust(secret);
      setSessionCookies(reply, secret);
      return signedIn.returnTo;
    });
  });

  app.get(OIDC_SIGN_OUT, options, async (request, reply) => {
    const oidc = configured(provider);
    refuseCrossSite(request);
    const page = `${originOf(request)}/`;
    return reply.header('Cache-Control', 'no-store').redirect((await oidc.endSessionUrl(page)) ?? page);
  });
}

function configured(provider: OidcSignIn | undefined): OidcSignIn {
  if (provider === undefined) throw notFound`Sign-in with an OIDC provider is not set up on this server.`;
  return provider;
}

async function issueSession({ signIns, config }: OidcSignInDeps, signedIn: CompletedSignIn) {
  const { associate, rights, replaced } = signedIn;
  await signIns.record(associate, 'oidc');
  const lifetime = { idleMs: config.sessionIdleMs, maxMs: config.maxMs };
  return signIns.issueSecret('oidc', associate.id, lifetime, replaced, rights);
}

/** Redirects to the address that `find` returns; after a failure, to the page, which shows the reason. */
async function redirect(
  reply: FastifyReply,
  log: Logger,
  find: () => Promise<string>,
): Promise<FastifyReply> {
  reply.header('Cache-Control', 'no-store');
  try {
    return reply.redirect(await find());
  } catch (error) {
    if (error instanceof RequestError && error.kind === 'rateLimited')
      return reply.redirect('/#sign-in=throttled');
    if (!(error instanceof OidcFailure)) throw error;
    const { reason, message, returnTo } = error;
    log.info(
      { event: 'auth.oidc_sign_in_failed', reason, detail: message },
      'sign-in at the OIDC provider failed',
    );
    return reply.redirect(`${returnTo}#sign-in=${reason}`);
  }
}

/** The origin of this server as the browser knows it. A proxy must be trusted by the settings to change it. */
function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** A base that no address of the page has. */
const BASE = 'http://page.invalid';

/**
 * Returns the path to return to, without its fragment. Other origins are refused, in every spelling that browsers accept.
 *
 * @throws RequestError (invalid)
 */
function readPagePath(path = '/'): string {
  const url = path.startsWith('/') && path.length <= 1000 ? URL.parse(path, BASE) : null;
  if (url === null || url.origin !== BASE || url.pathname.startsWith('//'))
    throw invalid`return must be a path of this server, such as "/tasks/1".`;
  return url.pathname + url.search;
}

/** The sign-in at the provider as the page offers it; null if it is not set up. */
export function offerOf(client: OidcClientConfig | undefined): object | null {
  if (client === undefined) return null;
  return { Name: client.clientName, Start: OIDC_START, Redirect: client.clientRedirect };
}
