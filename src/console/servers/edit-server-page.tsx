import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import {
  PreviewServerUpdateDocument,
  ServerDocument,
  UpdateServerDocument,
  type EditableServerFragment,
  type PreviewServerUpdateQuery,
} from '../generated/servers.js';
import { execute, type Complete, type GraphqlFailure } from '../graphql/client.js';
import { useChange, useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import buttonStyles from '../ui/form/button.module.css';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { Bone, EmptyState, QueryStates } from '../ui/states.js';
import { ClientRegistration } from './client-registration.js';
import { ConnectedAccounts } from './connected-accounts.js';
import { DeleteDialog } from './delete-dialog.js';
import { draftOf, isChanged, updateInput } from './form/draft.js';
import { ServerForm } from './form/server-form.js';
import { useUnsavedChanges } from './form/unsaved-changes.js';
import { countUsers, listFields } from './parts/labels.js';
import { httpsSearch, NeedsHttps, toHttps } from './parts/needs-https.js';
import { DiagnosisPanel } from './steps/diagnosis-panel.js';

type Consequences = Complete<PreviewServerUpdateQuery>['previewMcpServerConfigUpdate'];

/**
 * A server with its form, diagnosis and connected accounts. The form keeps the server as it was when the page opened, so a
 * refetch never replaces input. Saving detects a conflict.
 */
export function EditServerPage({ id }: { id: string }) {
  const query = useOperation(ServerDocument, { id }, { gcTime: 0 });
  const [opened, setOpened] = useState<EditableServerFragment | null>(null);
  const reopen = async () => {
    const { data } = await query.refetch();
    if (data) setOpened(data.mcpServerConfig);
  };
  if (query.error && isUnknownServer(query.error)) return <UnknownServer />;
  return (
    <Page title={query.data?.mcpServerConfig.displayName ?? 'Server'}>
      <QueryStates query={query} skeleton={<Bone width="100%" height="480px" />}>
        {({ mcpServerConfig }) => {
          const server = opened ?? mcpServerConfig;
          return (
            <Editor
              key={server.version}
              server={server}
              accountCount={mcpServerConfig.accountCount ?? 0}
              onEdited={() => setOpened(server)}
              reopen={reopen}
            />
          );
        }}
      </QueryStates>
    </Page>
  );
}

/** Returns true if the address has the id of no server, or no id. The id is the only input of the query. */
function isUnknownServer({ code, details }: GraphqlFailure): boolean {
  return code === 'NOT_FOUND' || details.fields !== undefined;
}

function UnknownServer() {
  return (
    <Page title="Server not found">
      <EmptyState
        title="There’s no server at this address"
        actions={
          <Link href="/" className={buttonStyles.button}>
            All servers
          </Link>
        }
      >
        Check the link. The server may have been deleted.
      </EmptyState>
    </Page>
  );
}

function Editor({
  server,
  accountCount,
  onEdited,
  reopen,
}: {
  server: EditableServerFragment;
  accountCount: number;
  /** Keeps `server` as the one being edited. */
  onEdited: () => void;
  /** Loads the stored server into the form. */
  reopen: () => Promise<void>;
}) {
  const search = useSearch();
  const [draft, setDraft] = useState(() => {
    const stored = draftOf(server);
    return search === httpsSearch ? { ...stored, url: toHttps(stored.url) } : stored;
  });
  const [consequences, setConsequences] = useState<Consequences | null>(null);
  const [asksToDelete, setAsksToDelete] = useState(false);
  const [isOutdated, setIsOutdated] = useState(false);
  const [, navigate] = useLocation();
  const input = updateInput(server, draft);
  const hasChanges = isChanged(server, draft);
  const { dialog, release } = useUnsavedChanges(hasChanges);

  const onError = async (error: GraphqlFailure) => {
    setConsequences(null);
    if (error.code === 'CONFLICT') setIsOutdated(await isNewerStored(server));
  };
  const preview = useChange(PreviewServerUpdateDocument, { onError });
  const update = useChange(UpdateServerDocument, { onError });
  const failure = preview.error ?? update.error;
  const save = () =>
    update.mutate(
      { id: server.id, input },
      {
        onSuccess: () => {
          release();
          void reopen().then(() => notify(`${draft.displayName} saved.`));
        },
      },
    );
  const saveUnlessItHasConsequences = () => {
    // An address can open the form with a change, so that nothing has been edited here.
    onEdited();
    update.reset();
    preview.mutate(
      { id: server.id, input },
      {
        onSuccess: ({ previewMcpServerConfigUpdate: effect }) => {
          if (effect.disconnects > 0 || effect.clearedFields.length > 0) setConsequences(effect);
          else save();
        },
      },
    );
  };
  return (
    <>
      {server.needsHttps && (
        <NeedsHttps
          url={draft.url}
          onChange={(url) => {
            onEdited();
            setDraft((current) => ({ ...current, url }));
          }}
        />
      )}
      <ServerForm
        draft={draft}
        setDraft={(update) => {
          onEdited();
          setDraft(update);
        }}
        server={server}
        redirectUri={server.oauth2CallbackUrl ?? ''}
        failure={isOutdated ? null : failure}
        isSaving={preview.isPending || update.isPending}
        saveLabel="Save changes"
        onSave={() => (hasChanges ? saveUnlessItHasConsequences() : notify('No changes to save.'))}
        actions={
          <Button tone="quiet" onClick={() => setAsksToDelete(true)}>
            Delete server
          </Button>
        }
      />
      {server.authType === 'OAUTH2' && <ClientRegistration server={server} />}
      <DiagnosisPanel serverId={server.id} />
      {server.authType === 'OAUTH2' && <ConnectedAccounts serverId={server.id} />}
      <ConfirmDialog
        title="Save changes?"
        isOpen={consequences !== null}
        confirmLabel="Save changes"
        busyLabel="Saving…"
        isBusy={update.isPending}
        onConfirm={save}
        onClose={() => setConsequences(null)}
      >
        {consequences && <ConsequencesText {...consequences} />}
      </ConfirmDialog>
      <ConfirmDialog
        title="This server has changed"
        isOpen={isOutdated}
        confirmLabel="Discard changes and reload"
        cancelLabel="Keep editing"
        onConfirm={() => {
          release();
          void reopen();
        }}
        onClose={() => setIsOutdated(false)}
      >
        <p>
          Another user saved this server while you were editing, so your changes weren’t saved. Reload to edit
          the current version.
        </p>
      </ConfirmDialog>
      <DeleteDialog
        server={server}
        accountCount={accountCount}
        isOpen={asksToDelete}
        onClose={() => setAsksToDelete(false)}
        onDeleted={() => {
          release();
          navigate('/');
        }}
      />
      {dialog}
    </>
  );
}

/** Returns true if the conflict is about the version, and not about a slug in use. */
async function isNewerStored({ id, version }: EditableServerFragment): Promise<boolean> {
  try {
    return (await execute(ServerDocument, { id })).mcpServerConfig.version !== version;
  } catch {
    return false;
  }
}

function ConsequencesText({ disconnects, clearedFields }: Consequences) {
  return (
    <>
      {disconnects > 0 && (
        <p>
          This disconnects <b>{countUsers(disconnects)}</b>. Existing access isn’t valid for the new server or
          provider, so they must connect again.
        </p>
      )}
      {clearedFields.length > 0 && <p>This clears: {listFields(clearedFields)}.</p>}
    </>
  );
}
