import { Popover } from '@base-ui/react/popover';
import { useId } from 'react';
import { Button } from '../ui/form/button.js';
import { Checkbox } from '../ui/form/field.js';
import { actionGroups, actionLabels, type Action } from './action-labels.js';
import styles from './action-picker.module.css';

/** Selects any number of actions. No selection means all actions. */
export function ActionPicker({
  chosen,
  onChange,
}: {
  chosen: readonly Action[];
  onChange: (actions: Action[]) => void;
}) {
  const id = useId();
  const [first] = chosen;
  const summary = !first
    ? 'All actions'
    : chosen.length === 1
      ? actionLabels[first]
      : `${chosen.length} actions`;
  const set = (action: Action, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, action] : chosen.filter((each) => each !== action));
  return (
    <div className={styles.picker}>
      <span id={id} className={styles.label}>
        Actions
      </span>
      <Popover.Root>
        <Popover.Trigger className={styles.trigger} aria-label={`Actions: ${summary}`}>
          <span>{summary}</span>
          <svg viewBox="0 0 12 12" aria-hidden="true">
            <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
          </svg>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner side="bottom" align="start" sideOffset={6} className={styles.positioner}>
            <Popover.Popup className={styles.popup} aria-labelledby={id}>
              {actionGroups.map(({ label, actions }) => (
                <fieldset key={label} className={styles.group}>
                  <legend>{label}</legend>
                  {(Object.entries(actions) as [Action, string][]).map(([action, text]) => (
                    <Checkbox
                      key={action}
                      label={text}
                      isChecked={chosen.includes(action)}
                      onChange={(isChosen) => set(action, isChosen)}
                    />
                  ))}
                </fieldset>
              ))}
              <div className={styles.foot}>
                <Button tone="quiet" aria-disabled={!first} onClick={() => onChange([])}>
                  All actions
                </Button>
                <Popover.Close render={<Button>Done</Button>} />
              </div>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}
