import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateServerDocument } from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { createInput, isChanged, newDraft } from './form/draft.js';
import { ServerForm } from './form/server-form.js';
import { useUnsavedChanges } from './form/unsaved-changes.js';

/** A new server. Its id is chosen here, so that its redirect URI is known before anything is saved. */
export function NewServerPage() {
  const [id] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState(newDraft);
  const [, navigate] = useLocation();
  const { mutate, isPending, error } = useChange(CreateServerDocument);
  const { dialog, release } = useUnsavedChanges(isChanged(null, draft));

  const save = () =>
    mutate(
      { input: createInput(id, draft) },
      {
        onSuccess: ({ createMcpServerConfig: { displayName } }) => {
          release();
          notify(`${displayName} is added.`);
          navigate(`/${id}`, { replace: true });
        },
      },
    );
  return (
    <Page title="Add a server" lead="Type its address and press Discover: Switchboard finds out the rest.">
      <ServerForm
        draft={draft}
        setDraft={setDraft}
        server={null}
        redirectUri={`${window.location.origin}/mcp-servers/${id}/oauth2/callback`}
        failure={error}
        isSaving={isPending}
        saveLabel="Add the server"
        onSave={save}
      />
      {dialog}
    </Page>
  );
}
