import { Combobox } from '@base-ui/react/combobox';
import { keepPreviousData } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { AuditUserDocument, AuditUsersDocument } from '../generated/audit.js';
import { useOperation } from '../graphql/operations.js';
import { useSettled } from '../ui/use-settled.js';
import styles from './user-picker.module.css';

interface Choice {
  id: string;
  label: string;
}

const choiceOf = ({
  id,
  displayName,
  email,
}: {
  id: string;
  displayName: string;
  email: string;
}): Choice => ({
  id,
  label: `${displayName} (${email})`,
});

/** Selects a user by parts of the name or email address. No selection means every user. */
export function UserPicker({
  label,
  chosen,
  onChange,
}: {
  label: string;
  /** The id of the user, or ''. */
  chosen: string;
  onChange: (id: string) => void;
}) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const search = useSettled(typed).trim();
  const { data, isFetching } = useOperation(
    AuditUsersDocument,
    { search },
    { enabled: isOpen, placeholderData: keepPreviousData },
  );
  const selected = useSelected(chosen);
  const choices = (data?.users.edges ?? []).map(({ node }) => choiceOf(node));
  const hidden = (data?.users.totalCount ?? 0) - choices.length;
  const isSearching = isFetching || search !== typed.trim();
  return (
    <div className={styles.picker}>
      <label htmlFor={id}>{label}</label>
      <Combobox.Root
        items={choices}
        filter={null}
        value={selected}
        isItemEqualToValue={(one, other) => one.id === other.id}
        onValueChange={(choice) => onChange(choice?.id ?? '')}
        onInputValueChange={(text, { reason }) => setTyped(reason === 'input-change' ? text : '')}
        open={isOpen}
        onOpenChange={setIsOpen}
      >
        <div className={styles.control}>
          <Combobox.Input id={id} placeholder="Anyone" maxLength={100} className={styles.input} />
          {chosen !== '' && (
            <Combobox.Clear aria-label={`Clear ${label.toLowerCase()}`} className={styles.clear}>
              <svg viewBox="0 0 12 12" aria-hidden="true">
                <path d="m3 3 6 6m0-6-6 6" />
              </svg>
            </Combobox.Clear>
          )}
        </div>
        <Combobox.Portal>
          <Combobox.Positioner side="bottom" align="start" sideOffset={6} className={styles.positioner}>
            <Combobox.Popup className={styles.popup} aria-busy={isSearching}>
              <Combobox.Status className={styles.status}>
                {isSearching
                  ? 'Searching…'
                  : choices.length === 0
                    ? 'No matching people'
                    : hidden > 0 && `${hidden} more. Type a name or an email address.`}
              </Combobox.Status>
              <Combobox.List className={styles.list}>
                {(choice: Choice) => (
                  <Combobox.Item key={choice.id} value={choice} className={styles.item}>
                    {choice.label}
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
    </div>
  );
}

/** The selected user, who need not be among the choices. null while loading, or if no user is selected. */
function useSelected(chosen: string): Choice | null {
  const { data, error } = useOperation(AuditUserDocument, { id: chosen }, { enabled: chosen !== '' });
  if (chosen === '') return null;
  if (data) return choiceOf(data.user);
  return error ? { id: chosen, label: 'Unknown user' } : null;
}
