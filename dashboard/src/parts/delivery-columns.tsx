import type { Delivery } from '../api/carriers.ts';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import type { Column } from './data-table.tsx';
import { Moment } from './moment.tsx';

type Row = Pick<Delivery, 'State' | 'Tries' | 'NextTry' | 'Created' | 'Ended' | 'Error'>;

/** The columns that the deliveries of webhooks and of notifications have in common. */
export function useDeliveryColumns(): Readonly<Record<'state' | 'attempts' | 'time' | 'next', Column<Row>>> {
  const { t } = useTexts();
  const { number } = useTimes();
  const states: Readonly<Record<Row['State'], string>> = {
    Waiting: t`Waiting`,
    Delivered: t`Delivered`,
    Dead: t`Given up`,
  };
  return {
    state: {
      title: t`State`,
      cell: ({ State, Error: reason }) => (
        <>
          <span className={`state delivery-${State}`}>{states[State]}</span>
          {reason !== '' && <p className="field-error">{reason}</p>}
        </>
      ),
    },
    attempts: { title: t`Attempts`, kind: 'number', cell: ({ Tries }) => number(Tries) },
    time: { title: t`Time`, cell: ({ Ended, Created }) => <Moment at={Ended ?? Created} /> },
    next: { title: t`Next attempt`, cell: ({ NextTry }) => <Moment at={NextTry} /> },
  };
}
