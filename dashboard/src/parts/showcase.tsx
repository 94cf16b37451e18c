import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { LISTED_STATES } from '../../../src/core/odata/listed-state.ts';
import { STORED_STATES } from '../../../src/core/task-state.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { Facts } from './facts.tsx';
import { Check, Field } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';
import { Moment } from './moment.tsx';
import { InputError, Problem } from './problem.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { ShownOnce } from './shown-once.tsx';
import { Skeleton } from './skeleton.tsx';
import { StateMark } from './state-mark.tsx';
import '../styles/tokens.css';
import '../styles/page.css';
import '../styles/parts.css';
import '../styles/table.css';

// The shared components in all their states, for development: `npx vite dashboard`, then /parts.html.

interface Row {
  readonly name: string;
  readonly tasks: number;
}

const ROWS: readonly Row[] = [
  { name: 'csv-import', tasks: 412 },
  { name: `a-long-name-${'of-a-definition-'.repeat(5)}`, tasks: 3 },
];
const COLUMNS: readonly Column<Row>[] = [
  { title: 'Name', sort: ({ name }) => name, cell: ({ name }) => name },
  { title: 'Tasks', kind: 'number', sort: ({ tasks }) => tasks, cell: ({ tasks }) => tasks },
  { title: 'Actions', kind: 'buttons', cell: () => <button type="button">Edit</button> },
];
const refuse = (): Promise<never> => Promise.reject(new InputError('It can’t be done now.'));

function Showcase(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <main>
      <h1>Parts of the dashboard</h1>
      <Part name="Buttons">
        <div className="buttons">
          <button type="button">Plain</button>
          <button type="button" className="primary">
            Primary
          </button>
          <button type="button" className="danger">
            Danger
          </button>
          <button type="button" className="quiet">
            Quiet
          </button>
          <button type="button" disabled>
            Disabled
          </button>
          <ConfirmButton action="Delete" title="Delete it?" text="It fails." run={refuse} />
          <button type="button" onClick={() => setOpen(true)}>
            Form
          </button>
        </div>
        {isOpen && (
          <FormDialog title="A form" save={refuse} onClose={() => setOpen(false)}>
            <Field name="Name" label="Name" hint="Required, so an empty one shows an error.">
              {(props) => <input {...props} required />}
            </Field>
          </FormDialog>
        )}
      </Part>
      <Part name="Fields">
        <Field name="plain" label="Plain" hint="With a hint">
          {(props) => <input {...props} />}
        </Field>
        <Field name="wrong" label="With an error" error="Must be at least 1.">
          {(props) => <input {...props} defaultValue="0" />}
        </Field>
        <Check name="check" label="A checkbox" defaultChecked />
      </Part>
      <Part name="States and progress">
        {STORED_STATES.map((state) => (
          <p key={state}>
            <StateMark state={state} />{' '}
            <ProgressBar percent={60} state={state} text="60 of 100" label={state} />
          </p>
        ))}
        <p>
          <StateMark state="Failed" isStopped /> {LISTED_STATES.length} states in lists
        </p>
      </Part>
      <Part name="Tables">
        <DataTable label="Rows" columns={COLUMNS} rows={ROWS} keyOf={({ name }) => name} empty="" />
        <DataTable label="Cut" columns={COLUMNS} rows={ROWS} keyOf={({ name }) => name} empty="" limit={1} />
        <DataTable label="Loading" columns={COLUMNS} rows={undefined} keyOf={({ name }) => name} empty="" />
        <DataTable
          label="Empty"
          columns={COLUMNS}
          rows={[]}
          keyOf={({ name }) => name}
          empty="No rows yet."
        />
      </Part>
      <Part name="Loading, errors, facts, secrets">
        <Skeleton />
        <Problem error={new InputError('It can’t be done now.')} />
        <Facts
          facts={[
            ['Created', <Moment key="created" at={new Date().toISOString()} />],
            ['Started', <Moment key="started" at={null} />],
          ]}
        />
        <ShownOnce secret="whsec_example" />
      </Part>
    </main>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <section>
      <h2>{name}</h2>
      {children}
    </section>
  );
}

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <QueryClientProvider client={new QueryClient()}>
      <Showcase />
    </QueryClientProvider>,
  );
