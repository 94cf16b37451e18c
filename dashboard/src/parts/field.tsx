import { createContext, type ReactNode, useContext, useId } from 'react';

/** Errors of a form by the names of its controls; each {@link Field} shows its own. */
export const FieldErrors = createContext<Readonly<Record<string, string>>>({});

/** Ties a control to its name, label, hint and error. */
export interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** A control with its label, hint and error. */
export function Field({
  name,
  label,
  hint = '',
  error,
  children,
}: {
  name: string;
  label: string;
  hint?: string;
  /** By default the error that {@link FieldErrors} has for the name. */
  error?: string | undefined;
  children: (props: ControlProps) => ReactNode;
}): ReactNode {
  const id = useId();
  const shown = useContext(FieldErrors)[name] ?? '';
  const message = error ?? shown;
  const described = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        name,
        'aria-describedby': described || undefined,
        'aria-invalid': message === '' ? undefined : true,
      })}
      {hint !== '' && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {message !== '' && (
        <p className="field-error" id={`${id}-error`}>
          {message}
        </p>
      )}
    </div>
  );
}

/** A checkbox with its label beside it. */
export function Check({
  name,
  value,
  label,
  defaultChecked = false,
}: {
  name: string;
  value?: string;
  label: string;
  defaultChecked?: boolean;
}): ReactNode {
  return (
    <label className="check">
      <input type="checkbox" name={name} value={value} defaultChecked={defaultChecked} /> {label}
    </label>
  );
}

/** Reads names separated by commas. */
export function readNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
