import type { Digest } from '../core/notification.ts';
import type { DigestText, NoticeText } from './notice-text.ts';

/** Maximum length of a section of a message in Slack, in characters: 3000, after escaping. */
const MAX_SLACK_LENGTH = 2900;
/** Maximum number of notifications in a card, and length of their values, so that a card stays below Teams' 28 KB. */
const MAX_CARD_NOTICES = 10;
const MAX_CARD_LENGTH = 500;

/** Returns the body for an incoming webhook of Slack, or of a server that accepts its format, such as Mattermost. */
export function slackBody({ subject, notices, more, footer, settings }: DigestText): string {
  const end = settings === undefined ? '' : ` <${settings.link}|${slackText(settings.label)}>`;
  return JSON.stringify({
    text: slackText(subject),
    blocks: [
      ...notices.map((notice) => ({ type: 'section', text: { type: 'mrkdwn', text: slackSection(notice) } })),
      ...(more === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: slackText(more) } }]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `${slackText(footer)}${end}` }] },
    ],
  });
}

function slackSection({ title, link, facts, isBad }: NoticeText): string {
  const name = slackText(title);
  const heading = `${isBad ? ':red_circle:' : ':large_green_circle:'} *${link === undefined ? name : `<${link}|${name}>`}*`;
  const lines = facts.map(([label, value]) => `*${slackText(label)}:* ${slackText(value)}`);
  return cut([heading, ...lines].join('\n'), MAX_SLACK_LENGTH);
}

/** Escapes the control characters of Slack, so that texts contain no links or mentions. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Returns the part of a digest that fits on a card. The others are counted. */
export function cardDigest({ notices, more }: Digest): Digest {
  const kept = notices.slice(0, MAX_CARD_NOTICES);
  return { notices: kept, more: more + notices.length - kept.length };
}

/** Returns the body for a workflow webhook of Teams: a message with an Adaptive Card. */
export function teamsBody({ language, notices, more, footer, settings }: DigestText): string {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    lang: language,
    msteams: { width: 'Full' },
    body: [
      ...notices.map(cardItem),
      ...(more === '' ? [] : [{ type: 'TextBlock', text: cardText(more), wrap: true }]),
      { type: 'TextBlock', text: cardText(footer), wrap: true, isSubtle: true, size: 'Small' },
    ],
    ...(settings === undefined
      ? {}
      : { actions: [{ type: 'Action.OpenUrl', title: settings.label, url: settings.link }] }),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return JSON.stringify({ type: 'message', attachments: [{ contentType, contentUrl: null, content }] });
}

function cardItem({ title, link, facts, isBad }: NoticeText): object {
  return {
    type: 'Container',
    separator: true,
    ...(link === undefined ? {} : { selectAction: { type: 'Action.OpenUrl', url: link } }),
    items: [
      {
        type: 'TextBlock',
        text: link === undefined ? cardText(title) : `[${cardText(title)}](${link})`,
        weight: 'Bolder',
        wrap: true,
        color: isBad ? 'Attention' : 'Good',
      },
      {
        type: 'FactSet',
        facts: facts.map(([label, value]) => ({
          title: label,
          value: cardText(cut(value, MAX_CARD_LENGTH)),
        })),
      },
    ],
  };
}

/** Escapes the Markdown of cards, so that texts contain no links. */
function cardText(text: string): string {
  return text.replace(/[\\[\]*_]/g, '\\$&');
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
}
