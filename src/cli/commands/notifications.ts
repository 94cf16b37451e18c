import { Argument, type Command } from 'commander';
import { CHANNELS, OCCASIONS } from '../../core/notification.ts';
import { STORED_STATES } from '../../core/task-state.ts';
import {
  choiceOption,
  choicesOption,
  collect,
  group,
  idArgument,
  type Runs,
  readCount,
  readDuration,
  readFlag,
  remote,
} from '../declare.ts';

const DELIVERY_STATES = ['Waiting', 'Delivered', 'Dead'];

/** Declares the commands about webhooks and subscriptions. */
export function addNotificationCommands(program: Command, runs: Runs): void {
  addWebhooks(program, runs);
  addSubscriptions(program, runs);
}

function addWebhooks(program: Command, runs: Runs): void {
  const webhooks = () => import('../remote/webhooks.ts');
  const webhook = group(program, 'webhook', ['webhooks'], 'addresses that receive events');
  remote(webhook, 'list', {
    description: 'list webhooks, without their secrets',
    examples: ['webhook list'],
  }).action(runs(async () => (await webhooks()).listWebhooks));
  remote(webhook, 'show', { description: 'show a webhook', examples: ['webhook show 2'] })
    .addArgument(idArgument('webhook'))
    .action(runs(async () => (await webhooks()).showWebhook));
  withEvents(
    remote(webhook, 'add', {
      description: 'create a webhook and print the secret that signs its deliveries; it is shown only once',
      examples: [
        'webhook add https://example.org/hooks/batch --name csv-import --state succeeded --state failed',
      ],
    }).argument('<url>'),
  ).action(runs(async () => (await webhooks()).addWebhook));
  withEvents(
    remote(webhook, 'edit', {
      description: 'change the given settings of a webhook',
      examples: [
        'webhook edit 2 --active false',
        'webhook edit 2 --to https://example.org/other --all-states',
      ],
    })
      .addArgument(idArgument('webhook'))
      .option('--to <url>', 'the new address')
      .option('--all-names', 'send events of all definitions')
      .option('--all-states', 'send changes to all states'),
  ).action(runs(async () => (await webhooks()).editWebhook));
  remote(webhook, 'remove', { description: 'remove a webhook', examples: ['webhook remove 2'] })
    .addArgument(idArgument('webhook'))
    .action(runs(async () => (await webhooks()).removeWebhook));
  remote(webhook, 'test', { description: 'send a test event to a webhook', examples: ['webhook test 2'] })
    .addArgument(idArgument('webhook'))
    .action(runs(async () => (await webhooks()).testWebhook));
  deliveries(
    remote(webhook, 'deliveries', {
      description: 'list the deliveries of a webhook with their outcomes, newest first',
      examples: ['webhook deliveries 2 --state dead'],
    }).addArgument(idArgument('webhook')),
  ).action(runs(async () => (await webhooks()).listDeliveries));
  remote(webhook, 'redeliver', {
    description: 'send a delivery again',
    examples: ['webhook redeliver 2 41'],
  })
    .addArgument(idArgument('webhook'))
    .addArgument(idArgument('delivery'))
    .action(runs(async () => (await webhooks()).redeliver));
}

function withEvents(command: Command): Command {
  return command
    .option('-n, --name <definition>', 'send only events of this definition (repeatable)', collect)
    .addOption(choicesOption('-s, --state <state>', 'send only changes to this state', STORED_STATES))
    .option('--own <flag>', "true sends only events of the owner's tasks", readFlag)
    .option('--active <flag>', 'false stops deliveries', readFlag);
}

function deliveries(command: Command): Command {
  return command
    .addOption(choiceOption('-s, --state <state>', 'only deliveries in this state', DELIVERY_STATES))
    .option('--before <id>', 'only deliveries before this one', readCount);
}

function addSubscriptions(program: Command, runs: Runs): void {
  const subscriptions = () => import('../remote/subscriptions.ts');
  const subscription = group(
    program,
    'subscription',
    ['subscriptions'],
    'notifications by e-mail, Slack, Teams or webhook',
  );
  remote(subscription, 'list', {
    description: 'list subscriptions',
    examples: ['subscription list'],
  }).action(runs(async () => (await subscriptions()).listSubscriptions));
  remote(subscription, 'show', { description: 'show a subscription', examples: ['subscription show 4'] })
    .addArgument(idArgument('subscription'))
    .action(runs(async () => (await subscriptions()).showSubscription));
  withOccasions(
    remote(subscription, 'add', {
      description: 'subscribe an address to notifications and print the id; a webhook also gets a secret',
      examples: [
        'subscription add email anna@example.org --on failed',
        'subscription add slack https://hooks.slack.com/services/T0/B0/x --on failureRate --name csv-import --own false',
        'subscription add email anna@example.org --on ended --task 7',
      ],
    })
      .addArgument(new Argument('<channel>').choices(CHANNELS.map((channel) => channel.toLowerCase())))
      .argument('<target>', 'an e-mail address, or the URL of a chat or webhook')
      .option('--task <task>', 'report only this task', readCount),
  ).action(runs(async () => (await subscriptions()).addSubscription));
  withOccasions(
    remote(subscription, 'edit', {
      description: 'change the given settings of a subscription',
      examples: [
        'subscription edit 4 --active false',
        'subscription edit 4 --on failed --on late --late-after 2h',
      ],
    })
      .addArgument(idArgument('subscription'))
      .option('--to <target>', 'the new address')
      .option('--all-names', 'report tasks of all definitions'),
  ).action(runs(async () => (await subscriptions()).editSubscription));
  remote(subscription, 'remove', {
    description: 'remove a subscription',
    examples: ['subscription remove 4'],
  })
    .addArgument(idArgument('subscription'))
    .action(runs(async () => (await subscriptions()).removeSubscription));
  remote(subscription, 'test', {
    description: 'send a test message at once; exits with code 1 if it fails',
    examples: ['subscription test 4'],
  })
    .addArgument(idArgument('subscription'))
    .action(runs(async () => (await subscriptions()).testSubscription));
  deliveries(
    remote(subscription, 'deliveries', {
      description: 'list the deliveries of a subscription with their outcomes, newest first',
      examples: ['subscription deliveries 4 --state dead'],
    }).addArgument(idArgument('subscription')),
  ).action(runs(async () => (await subscriptions()).listDeliveries));
  remote(subscription, 'redeliver', {
    description: 'send a delivery again',
    examples: ['subscription redeliver 4 17'],
  })
    .addArgument(idArgument('subscription'))
    .addArgument(idArgument('delivery'))
    .action(runs(async () => (await subscriptions()).redeliver));
}

function withOccasions(command: Command): Command {
  return command
    .addOption(choicesOption('--on <occasion>', 'what to report', OCCASIONS))
    .option('-n, --name <definition>', 'report only tasks of this definition (repeatable)', collect)
    .option('--own <flag>', 'false reports all tasks that you may see, true only your own', readFlag)
    .option('--late-after <duration>', 'time after which a task is late, such as 2h', readDuration)
    .option('--failure-percent <number>', 'failure rate to report; default: more than usual', readCount)
    .option('--window <duration>', 'window of the failure rate, such as 1h', readDuration)
    .option('--language <language>', 'language of the texts')
    .option('--zone <zone>', 'time zone of the texts')
    .option('--active <flag>', 'false stops notifications', readFlag);
}
