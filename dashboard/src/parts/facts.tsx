import type { ReactNode } from 'react';

/** The names and values of facts, in order. Each name appears once. */
export type FactList = readonly (readonly [name: string, value: ReactNode])[];

/** A list of facts: each name with its value. */
export function Facts({ facts }: { facts: FactList }): ReactNode {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
