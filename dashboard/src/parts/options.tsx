import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** An option of a list below a text field. */
export interface Option {
  readonly key: string;
  readonly label: ReactNode;
  /** Explanation beside the label. */
  readonly detail?: string;
}

/** The state of a list of options below a text field, and the properties that tie the field to it. */
export interface Options {
  /** The options; none while the list is closed. */
  readonly shown: readonly Option[];
  readonly active: number;
  readonly listId: string;
  /** Properties of the text field, which keeps the focus. */
  readonly input: {
    readonly role: 'combobox';
    readonly 'aria-autocomplete': 'list';
    readonly 'aria-expanded': boolean;
    readonly 'aria-controls': string;
    readonly 'aria-activedescendant': string | undefined;
    readonly autoComplete: 'off';
  };
  /** Handles a key of the text field. Returns true if it was one of the list. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean;
  readonly choose: (index: number) => void;
}

/**
 * Options below a text field, as a listbox: arrow keys move, Enter and Tab choose, Escape closes.
 *
 * @param options.first the option that is active at first; -1 for none, so that Enter belongs to the field
 */
export function useOptions(
  options: readonly Option[],
  {
    first,
    isOpen,
    onChoose,
    onClose,
  }: { first: 0 | -1; isOpen: boolean; onChoose: (index: number) => void; onClose: () => void },
): Options {
  const listId = useId();
  const [chosen, setActive] = useState<number>(first);
  const keys = options.map(({ key }) => key).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other options begin anew
  useEffect(() => setActive(first), [keys, isOpen]);
  const shown = isOpen ? options : [];
  const active = Math.min(chosen, shown.length - 1);
  const move = (to: number): void => setActive((to + shown.length) % shown.length);
  return {
    shown,
    active,
    listId,
    input: {
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': shown.length > 0,
      'aria-controls': listId,
      'aria-activedescendant': active < 0 ? undefined : `${listId}-${active}`,
      autoComplete: 'off',
    },
    onKeyDown(event) {
      const { key } = event;
      const isMove = key === 'ArrowDown' || key === 'ArrowUp';
      const isChoice = (key === 'Enter' || key === 'Tab') && active >= 0;
      if (shown.length === 0 || event.shiftKey || !(isMove || isChoice || key === 'Escape')) return false;
      event.preventDefault();
      event.stopPropagation();
      if (isChoice) onChoose(active);
      else if (key === 'Escape') onClose();
      else if (key === 'ArrowDown') move(active + 1);
      else move(active <= 0 ? shown.length - 1 : active - 1);
      return true;
    },
    choose: onChoose,
  };
}

/** The list itself. */
export function OptionList({ options, label }: { options: Options; label: string }): ReactNode {
  const { shown, active, listId, choose } = options;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      ref={list}
      id={listId}
      role="listbox"
      aria-label={label}
      className="options"
      hidden={shown.length === 0}
    >
      {shown.map(({ key, label: text, detail }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text field handles the keys
        // biome-ignore lint/a11y/useFocusableInteractive: the text field keeps the focus
        <div
          key={key}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === active}
          // The text field would lose the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(index)}
        >
          <span className="option-label">{text}</span>
          {detail !== undefined && detail !== '' && <span className="option-detail">{detail}</span>}
        </div>
      ))}
    </div>
  );
}
