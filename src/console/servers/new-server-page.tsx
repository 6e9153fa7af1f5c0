import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateServerDocument } from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { createInput, isChanged, newDraft } from './form/draft.js';
import { ServerForm } from './form/server-form.js';
import { useUnsavedChanges } from './form/unsaved-changes.js';

/** The form of a new server. The page chooses the id, so that the redirect URI is known before saving. */
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
        onSuccess: ({ createMcpServerConfig: { server } }) => {
          release();
          notify(`${server.displayName} added.`);
          navigate(`/${id}`, { replace: true });
        },
      },
    );
  return (
    <Page title="Add server" lead="Enter the URL and run discovery. Switchboard detects how to sign in.">
      <ServerForm
        draft={draft}
        setDraft={setDraft}
        server={null}
        redirectUri={`${window.location.origin}/mcp-servers/${id}/oauth2/callback`}
        failure={error}
        isSaving={isPending}
        saveLabel="Add server"
        onSave={save}
      />
      {dialog}
    </Page>
  );
}
