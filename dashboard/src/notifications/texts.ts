import type { Subscription } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';

export type Channel = Subscription['Channel'];
export type Occasion = Subscription['On'][number];

/** The names of channels and occasions in the user's language. */
export function useNotificationNames(): {
  readonly channels: Readonly<Record<Channel, string>>;
  readonly occasions: Readonly<Record<Occasion, string>>;
} {
  const { t } = useTexts();
  return {
    channels: { Email: t`E-mail`, Slack: 'Slack', Teams: 'Microsoft Teams', Webhook: t`Webhook` },
    occasions: {
      Ended: t`A task ends`,
      Failed: t`A task fails`,
      Late: t`A task is late`,
      FailureRate: t`A definition fails more than usual`,
      ScheduleMissed: t`A schedule did not run`,
    },
  };
}
