import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import type { EditableServerFragment } from '../../generated/servers.js';
import type { GraphqlFailure } from '../../graphql/client.js';
import { Button } from '../../ui/form/button.js';
import { FailureMessage } from '../../ui/form/failure-message.js';
import { useFieldErrors } from '../../ui/form/field-errors.js';
import { AuthSection } from './auth-section.js';
import type { Discovery, DiscoveryTarget } from '../steps/discovery.js';
import { DiscoveryPanel } from '../steps/discovery-panel.js';
import { suggestSlug, type ServerDraft } from './draft.js';
import { AvailabilitySection, GeneralSection } from './general-section.js';
import { FailureSteps } from '../parts/failure-steps.js';
import { fieldLabels } from '../parts/labels.js';
import { inLabels } from '../parts/wording.js';
import { ToolsSection } from './tools-section.js';
import styles from '../parts/servers.module.css';

/** Returns what discovery needs of the form, and nothing else: no secret. */
function targetOf({ url, authType, oauth2Issuer, oauth2ResourceMetadataUrl }: ServerDraft): DiscoveryTarget {
  const isOAuth2 = authType === 'OAUTH2';
  return {
    url,
    oauth2Issuer: isOAuth2 ? oauth2Issuer : '',
    oauth2ResourceMetadataUrl: isOAuth2 ? oauth2ResourceMetadataUrl : '',
  };
}

/** The form of a new or an existing server. It shows only the fields of the auth type. */
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
  /** The failure of the last save. */
  failure: GraphqlFailure | null;
  isSaving: boolean;
  saveLabel: string;
  onSave: () => void;
  /** Buttons beside the save button. */
  actions?: ReactNode;
}) {
  const [isSlugTouched, setIsSlugTouched] = useState(server !== null);
  const form = useRef<HTMLFormElement>(null);
  const [discoveryFailure, setDiscoveryFailure] = useState<GraphqlFailure | null>(null);
  const errorOfSaveAt = useFieldErrors(failure, fieldLabels, form);
  const errorOfDiscoveryAt = useFieldErrors(discoveryFailure, fieldLabels, form);
  const errorAt = (path: string) => errorOfSaveAt(path) ?? errorOfDiscoveryAt(path);
  const change = (changed: Partial<ServerDraft>) =>
    setDraft((draft) => {
      const { displayName } = changed;
      const suggested = displayName !== undefined && !isSlugTouched ? { slug: suggestSlug(displayName) } : {};
      return { ...draft, ...suggested, ...changed };
    });
  const part = { draft, server, change, errorAt };

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isSaving) onSave();
  };
  const applyDiscovery = ({ requiresAuthorization, issuer, transport }: Discovery) => {
    if (transport === 'SSE' || server === null) change({ transport });
    if (requiresAuthorization && issuer !== '') change({ authType: 'OAUTH2' });
    else if (issuer === '' && server === null) change({ authType: 'NONE' });
  };
  return (
    <form ref={form} className={styles.form} onSubmit={save} noValidate aria-label="Server">
      <GeneralSection {...part} onSlugTouched={() => setIsSlugTouched(true)}>
        <DiscoveryPanel
          target={targetOf(draft)}
          onSuggestion={change}
          redirectUri={redirectUri}
          onFound={applyDiscovery}
          onFailure={setDiscoveryFailure}
        />
      </GeneralSection>
      <AuthSection {...part} redirectUri={redirectUri} />
      <AvailabilitySection {...part} />
      <ToolsSection {...part} />
      <FailureMessage failure={failure} summary="The server wasn’t saved." rephrase={inLabels}>
        <FailureSteps failure={failure} />
      </FailureMessage>
      <div className={styles.save}>
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
