import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useRef, useState } from 'react';
import { Refused } from '../api/call.ts';
import { type Tell, useTexts } from '../texts.tsx';
import { Dialog } from './dialog.tsx';
import { FieldErrors } from './field.tsx';
import { InputError, Problem } from './problem.tsx';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/**
 * A form in a dialog. Invalid values are shown at their fields and not sent. An error of `save` that belongs to a field,
 * by {@link InputError} or because the server's message begins with the field's name, is shown there as well, and any
 * other below the fields. The dialog closes after a successful save.
 */
export function FormDialog({
  title,
  submit,
  save,
  more,
  onClose,
  children,
}: {
  title: string;
  /** The label of the submit button; by default "Save". */
  submit?: string;
  /** Saves the values. The names of the fields are those of the API, such as `Cron`. */
  save: (form: FormData) => Promise<unknown>;
  /** Further buttons, before Cancel. One of type submit adds its name and value to the form. */
  more?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const { t } = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const [invalid, setInvalid] = useState<Readonly<Record<string, string>>>({});
  const saving = useMutation({ mutationFn: save, onSuccess: onClose });
  const show = (errors: Readonly<Record<string, string>>): void => {
    setInvalid(errors);
    const [first] = Object.keys(errors);
    const control = first === undefined ? null : form.current?.elements.namedItem(first);
    if (control instanceof HTMLElement) control.focus();
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (saving.isPending) return;
    const { submitter } = event.nativeEvent as unknown as { submitter: HTMLButtonElement | null };
    const errors = submitter?.formNoValidate ? {} : invalidFields(event.currentTarget, t);
    show(errors);
    if (Object.keys(errors).length > 0) return;
    saving.mutate(new FormData(event.currentTarget, submitter), {
      onError: (error) => {
        const field = fieldOf(error, form.current);
        if (field !== undefined) show({ [field]: error.message });
      },
    });
  };
  const isAtField = fieldOf(saving.error, form.current) !== undefined;
  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} onSubmit={onSubmit} noValidate aria-busy={saving.isPending}>
        <FieldErrors value={invalid}>{children}</FieldErrors>
        {!isAtField && <Problem error={saving.error} />}
        <div className="buttons">
          <button type="submit" className="primary" disabled={saving.isPending}>
            {submit ?? t`Save`}
          </button>
          {more}
          <button type="button" onClick={onClose}>{t`Cancel`}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Validation errors of a form, by the name of the value. */
function invalidFields(form: HTMLFormElement, t: Tell): Record<string, string> {
  const controls = [...form.elements].filter(
    (each): each is Control => 'validity' in each && !(each as Control).validity.valid,
  );
  return Object.fromEntries(controls.map((control) => [control.name, describe(control, t)]));
}

function describe(control: Control, t: Tell): string {
  const { validity } = control;
  // The only pattern of a form here is one that requires a character other than a space.
  if (validity.valueMissing || validity.patternMismatch) return t`Required.`;
  if (validity.badInput) return t`Enter a number.`;
  if (control instanceof HTMLInputElement) {
    if (validity.rangeUnderflow) return t`Must be at least ${control.min}.`;
    if (validity.rangeOverflow) return t`Must be at most ${control.max}.`;
    if (validity.stepMismatch) return t`Enter a whole number.`;
    if (control.type === 'url') return t`Enter an address that begins with https:// or http://.`;
  }
  return control.validationMessage;
}

/** The name of the field that an error is about. Messages of the API begin with the name of the property. */
function fieldOf(error: unknown, form: HTMLFormElement | null): string | undefined {
  const name =
    error instanceof InputError
      ? error.field
      : error instanceof Refused
        ? /^[A-Za-z]+/.exec(error.message)?.[0]
        : undefined;
  return name !== undefined && form?.elements.namedItem(name) instanceof HTMLElement ? name : undefined;
}
