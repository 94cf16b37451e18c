import type { ReactNode } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { useTexts } from '../texts.tsx';

const PERIODS = [60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60] as const;

/** The period of statistics in minutes, from the address. */
export function usePeriod(): number {
  const [query] = useSearchParams();
  return PERIODS.find((each) => String(each) === query.get('minutes')) ?? PERIODS[0];
}

/** Chooses the period of statistics. */
export function PeriodChoice(): ReactNode {
  const { t } = useTexts();
  const [path, navigate] = useLocation();
  const minutes = usePeriod();
  const names: Readonly<Record<number, string>> = {
    [PERIODS[0]]: t`Last hour`,
    [PERIODS[1]]: t`Last day`,
    [PERIODS[2]]: t`Last week`,
    [PERIODS[3]]: t`Last 30 days`,
  };
  return (
    <fieldset className="choice">
      <legend className="hidden">{t`Period`}</legend>
      {PERIODS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === minutes}
          onClick={() => navigate(`${path}?minutes=${each}`, { replace: true })}
        >
          {names[each]}
        </button>
      ))}
    </fieldset>
  );
}
