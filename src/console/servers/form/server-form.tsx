import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import type { EditableServerFragment } from '../../generated/servers.js';
import type { GraphqlFailure } from '../../graphql/client.js';
import { Button } from '../../ui/form/button.js';
import { AuthSection } from './auth-section.js';
import type { Discovery } from '../steps/discovery.js';
import { DiscoveryPanel } from '../steps/discovery-panel.js';
import { suggestSlug, type ServerDraft } from './draft.js';
import { AvailabilitySection, GeneralSection } from './general-section.js';
import { Problem } from '../parts/problem.js';
import styles from '../parts/servers.module.css';
import { ToolsSection } from './tools-section.js';

/** One form for a new server and for an existing one; it shows only what the auth type needs. */
export function ServerForm({
  draft,
  setDraft,
  server,
  redirectUri,
  failure,
  isSaving,
  saveLabel,
  onSave,
  actions,
}: {
  draft: ServerDraft;
  setDraft: (update: (draft: ServerDraft) => ServerDraft) => void;
  server: EditableServerFragment | null;
  redirectUri: string;
  /** Why saving did not work. */
  failure: GraphqlFailure | null;
  isSaving: boolean;
  saveLabel: string;
  onSave: () => void;
  /** What stands beside the button that saves. */
  actions?: ReactNode;
}) {
  const [isSlugTouched, setIsSlugTouched] = useState(server !== null);
  const form = useRef<HTMLFormElement>(null);
  const mistakes = failure?.code === 'BAD_USER_INPUT' ? (failure.details.fields ?? []) : [];
  const change = (changed: Partial<ServerDraft>) =>
    setDraft((draft) => {
      const { displayName } = changed;
      const suggested = displayName !== undefined && !isSlugTouched ? { slug: suggestSlug(displayName) } : {};
      return { ...draft, ...suggested, ...changed };
    });
  const part = {
    draft,
    server,
    change,
    mistakeOf: (path: string) =>
      mistakes.find((mistake) => mistake.path.replace(/^input\./, '') === path)?.message,
  };

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isSaving) onSave();
  };
  const adopt = ({ requiresAuthorization, issuer }: Discovery) => {
    if (requiresAuthorization && issuer !== '') change({ authType: 'OAUTH2' });
    else if (issuer === '' && server === null) change({ authType: 'NONE' });
  };
  return (
    <form ref={form} className={styles.form} onSubmit={save} noValidate aria-label="Server">
      <GeneralSection {...part} onSlugTouched={() => setIsSlugTouched(true)}>
        <DiscoveryPanel url={draft.url} redirectUri={redirectUri} onFound={adopt} />
      </GeneralSection>
      <AuthSection {...part} redirectUri={redirectUri} />
      <AvailabilitySection {...part} />
      <ToolsSection {...part} />
      <div className={styles.save}>
        {failure && <Problem failure={failure} withSteps />}
        <div className={styles.row}>
          <Button type="submit" tone="primary" isBusy={isSaving}>
            {isSaving ? 'Saving…' : saveLabel}
          </Button>
          {actions}
        </div>
      </div>
    </form>
  );
}
