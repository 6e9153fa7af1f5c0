import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  RegisterAgainDocument,
  ServerDocument,
  UpdateServerDocument,
  type EditableServerFragment,
  type UpdateServerMutation,
} from '../generated/servers.js';
import { execute } from '../graphql/client.js';
import { useChange, useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { Bone, QueryStates } from '../ui/states.js';
import { ConnectedPeople } from './connected-accounts.js';
import { DeleteDialog } from './delete-dialog.js';
import { DiagnosisPanel } from './steps/diagnosis-panel.js';
import { draftOf, isChanged, updateInput } from './form/draft.js';
import { Problem } from './parts/problem.js';
import { ServerForm } from './form/server-form.js';
import styles from './parts/servers.module.css';
import { useUnsavedChanges } from './form/unsaved-changes.js';

type Consequences = UpdateServerMutation['updateMcpServerConfig'];

/**
 * A server: its form, its diagnosis, who is connected to it, and its end. The form keeps the server as it was when it was
 * opened, whatever is refetched meanwhile: a conflict is noticed when it is saved, and nothing typed is replaced before.
 */
export function EditServerPage({ id }: { id: string }) {
  const query = useOperation(ServerDocument, { id }, { gcTime: 0 });
  const [opened, setOpened] = useState<EditableServerFragment | null>(null);
  const reopen = async () => {
    const { data } = await query.refetch();
    if (data) setOpened(data.mcpServerConfig);
  };
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

function Editor({
  server,
  accountCount,
  onEdited,
  reopen,
}: {
  server: EditableServerFragment;
  accountCount: number;
  /** From now on this is the server that is edited. */
  onEdited: () => void;
  /** Shows the server as it is stored now. */
  reopen: () => Promise<void>;
}) {
  const [draft, setDraft] = useState(() => draftOf(server));
  const [consequences, setConsequences] = useState<Consequences | null>(null);
  const [asksToDelete, setAsksToDelete] = useState(false);
  const [isOutdated, setIsOutdated] = useState(false);
  const [, navigate] = useLocation();
  const input = updateInput(server, draft);
  const hasChanges = isChanged(server, draft);
  const { dialog, release } = useUnsavedChanges(hasChanges);

  const update = useChange(UpdateServerDocument, {
    onError: async (error) => {
      setConsequences(null);
      if (error.code === 'CONFLICT') setIsOutdated(await isNewerStored(server));
    },
  });
  const save = (dryRun: boolean) =>
    update.mutate(
      { id: server.id, input, dryRun },
      {
        onSuccess: ({ updateMcpServerConfig: found }) => {
          if (!dryRun) {
            release();
            void reopen().then(() => notify(`${draft.displayName} is saved.`));
          } else if (found.disconnects > 0 || found.clearedFields.length > 0) setConsequences(found);
          else save(false);
        },
      },
    );
  return (
    <>
      <ServerForm
        draft={draft}
        setDraft={(update) => {
          onEdited();
          setDraft(update);
        }}
        server={server}
        redirectUri={server.oauth2CallbackUrl ?? ''}
        failure={update.error && !isOutdated ? update.error : null}
        isSaving={update.isPending}
        saveLabel="Save"
        onSave={() => (hasChanges ? save(true) : notify('There is nothing to save.'))}
        actions={
          <Button tone="quiet" onClick={() => setAsksToDelete(true)}>
            Delete…
          </Button>
        }
      />
      {server.authType === 'OAUTH2' && <Registration server={server} />}
      <DiagnosisPanel serverId={server.id} />
      {server.authType === 'OAUTH2' && <ConnectedPeople serverId={server.id} />}
      <Dialog
        title="Save all the same?"
        isOpen={consequences !== null}
        asks
        onClose={() => setConsequences(null)}
        actions={
          <>
            <Button onClick={() => setConsequences(null)}>Do not save</Button>
            <Button tone="danger" isBusy={update.isPending} onClick={() => save(false)}>
              Save
            </Button>
          </>
        }
      >
        {consequences && <InWords {...consequences} />}
      </Dialog>
      <Dialog
        title="Somebody else has changed this server"
        isOpen={isOutdated}
        asks
        onClose={() => setIsOutdated(false)}
        actions={
          <>
            <Button onClick={() => setIsOutdated(false)}>Keep my changes on the page</Button>
            <Button
              tone="primary"
              onClick={() => {
                release();
                void reopen();
              }}
            >
              Reload the server
            </Button>
          </>
        }
      >
        <p>
          Nothing of yours was saved. Reloading shows the server as it is now, and drops what you have changed
          here.
        </p>
      </Dialog>
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

/** Whether the conflict is about the version, and not about a slug that is taken. */
async function isNewerStored({ id, version }: EditableServerFragment): Promise<boolean> {
  try {
    return (await execute(ServerDocument, { id })).mcpServerConfig.version !== version;
  } catch {
    return false;
  }
}

function InWords({ disconnects, clearedFields }: Consequences) {
  return (
    <>
      {disconnects > 0 && (
        <p>
          This disconnects <b>{disconnects === 1 ? 'one person' : `${disconnects} people`}</b>: the server or
          its provider becomes another one, and they have to connect again.
        </p>
      )}
      {clearedFields.length > 0 && <p>This empties: {clearedFields.join(', ')}.</p>}
    </>
  );
}

/** Makes Switchboard known at the provider, again. */
function Registration({ server }: { server: EditableServerFragment }) {
  const { mutate, error, isPending } = useChange(RegisterAgainDocument, {
    onSuccess: () => notify(`${server.displayName} is registered at its provider.`),
  });
  return (
    <section className={styles.extra} aria-label="Registration">
      <h2>Registration at the provider</h2>
      <p className={styles.quiet}>
        {server.oauth2AuthUrl === ''
          ? 'The provider is not known yet: nobody can connect.'
          : 'Discovers the provider again and, unless the client id was given by hand, registers Switchboard there again. A new client id disconnects everybody.'}
      </p>
      <div>
        <Button isBusy={isPending} onClick={() => mutate({ id: server.id })}>
          {isPending ? 'Registering…' : 'Discover and register again'}
        </Button>
      </div>
      {error && <Problem failure={error} withSteps />}
    </section>
  );
}
