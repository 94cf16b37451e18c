import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answer, api, Refused } from '../api/call.ts';
import type { Subscription, SubscriptionDelivery } from '../api/carriers.ts';
import { subscriptionsQuery } from '../api/subscriptions.ts';
import { at } from '../api/tasks.ts';
import { useTexts } from '../texts.tsx';

/** The last test message; its variable is the id of the subscription. */
export type TestMessage = UseMutationResult<SubscriptionDelivery, Error, number>;

/** Sends test messages of subscriptions. */
export function useTestMessage(): TestMessage {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: number) =>
      (await answer(api.POST('/api/v1/Subscriptions/{id}/Test', { params: at(id) }))).data,
    onSettled: () => queries.invalidateQueries({ queryKey: subscriptionsQuery.queryKey }),
  });
}

/** The button that sends a test message. */
export function TestButton({
  subscription: { Id, Target },
  test,
}: {
  subscription: Subscription;
  test: TestMessage;
}): ReactNode {
  const { t } = useTexts();
  return (
    <button
      type="button"
      aria-label={t`Send test: ${Target}`}
      disabled={test.isPending}
      onClick={() => test.mutate(Id)}
    >
      {t`Send test`}
    </button>
  );
}

/** Says whether the test message was accepted, or the error of the mail server or URL. */
export function TestOutcome({ id, test }: { id: number; test: TestMessage }): ReactNode {
  const { t } = useTexts();
  const isShown = test.variables === id;
  const refusal = test.error instanceof Refused ? test.error.message : t`The server is not responding.`;
  const error = test.data?.Error || (test.isError ? refusal : '');
  return (
    <span role="status">
      {isShown && test.isPending && t`Sending …`}
      {isShown && error !== '' && <span className="field-error">{error}</span>}
      {isShown && test.isSuccess && error === '' && t`Test sent.`}
    </span>
  );
}
