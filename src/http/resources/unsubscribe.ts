import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS } from '../../core/access.ts';
import { type Message, message } from '../../core/message.ts';
import type { Database } from '../../db/database.ts';
import { UNSUBSCRIBE_PATH } from '../../events/unsubscribe.ts';
import { subscriptionOfLink, unsubscribe } from '../../services/unsubscribe.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { languagesOf } from '../i18n/culture.ts';
import { textsIn } from '../i18n/locale.ts';

const options = {
  exposeHeadRoute: false,
  config: {
    access: ACCESS.open,
    ownType: true,
    undocumented: 'links in e-mail',
  },
} as const;

type ByToken = { Params: { token: string } };

/**
 * `/unsubscribe/{token}`, the link in notifications by e-mail. GET only asks, because mail filters follow links; POST ends
 * the subscription, also when a mail program sends it by itself (RFC 8058). The signature in the token replaces a sign-in,
 * so that neither a session nor the origin of the request matters.
 */
export async function unsubscribeRoutes(
  app: FastifyInstance,
  { database, authenticator }: { readonly database: Database; readonly authenticator: Authenticator },
): Promise<void> {
  app.get<ByToken>(`${UNSUBSCRIBE_PATH}:token`, options, async (request, reply) => {
    const find = () => subscriptionOfLink(database, request.params.token);
    const { target } = await authenticator.limitFailures(request.ip, find);
    return page(request, reply, message`No more notifications to ${target}?`, message`Unsubscribe`);
  });

  app.post<ByToken>(`${UNSUBSCRIBE_PATH}:token`, options, async (request, reply) => {
    await authenticator.limitFailures(request.ip, () => unsubscribe(database, request.params.token));
    return page(request, reply, message`You will receive no more of these notifications.`, undefined);
  });
}

/** Sends a page without styles or scripts, which the Content-Security-Policy forbids. */
function page(
  request: FastifyRequest,
  reply: FastifyReply,
  heading: Message,
  button: Message | undefined,
): FastifyReply {
  const languages = languagesOf(request.headers);
  const texts = textsIn(languages, request.server.catalogues, undefined);
  const title = escaped(texts.message(heading));
  const form =
    button === undefined
      ? ''
      : `<form method="post"><button>${escaped(texts.message(button))}</button></form>`;
  return reply
    .type('text/html; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .send(
      `<!doctype html><html lang="${languages?.[0] ?? 'en'}"><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
        `<meta name="viewport" content="width=device-width"><title>Batchline</title><h1>${title}</h1>${form}</html>`,
    );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
