import { randomUUID } from 'node:crypto';
import type { AnsweredError } from '../graphql.js';
import type { SignedInUser } from '../seed.js';
import type { RunningStack } from './stack.js';
import {
  fromSettings,
  fromText,
  merge,
  type ServerInput,
  type ServerInSetup,
  type SuggestedSetting,
  type Suggestion,
} from './suggestions.js';

/** The maximum number of suggestions that are applied in turn. */
const maxSuggestions = 3;

interface Setup extends ServerInSetup {
  authType: string;
  connectUrl: string | null;
}

/**
 * Creates the server as an administrator does who knows only its URL: diagnoses the URL, discovers, and enters what the
 * product suggests.
 * @throws Error with the last answer, if nothing more is suggested
 */
export async function setUp(admin: SignedInUser, stack: RunningStack): Promise<Setup> {
  const applied: Suggestion[] = [];
  const input = (): ServerInput => ({ url: stack.url, ...merge(applied) });
  let authType: string | null = null;
  let last: unknown;
  for (let attempts = 0; attempts <= maxSuggestions; attempts += 1) {
    if (authType === null) {
      const inspected = await inspect(admin, stack, input());
      last = inspected;
      if (inspected.suggestion) applied.push(inspected.suggestion);
      else if (inspected.authType === null) break;
      ({ authType } = inspected);
      if (authType === null) continue;
    }
    const created = await create(admin, { ...input(), authType });
    if ('id' in created) return { ...created, authType, applied };
    last = created.error;
    const suggestion = await fromError(created.error, stack);
    if (!suggestion) break;
    applied.push(suggestion);
  }
  throw new Error(`The product suggests nothing more: ${JSON.stringify({ applied, last })}`);
}

interface Inspection {
  /** Null if the server can't be created yet. */
  authType: string | null;
  suggestion: Suggestion | null;
  text: string;
}

/** Discovers and diagnoses the URL. */
async function inspect(
  { graphql }: SignedInUser,
  stack: RunningStack,
  { url, oauth2Compatibility }: ServerInput,
): Promise<Inspection> {
  const discovered = await graphql.query<{
    discoverMcpServerOAuth2: { discovery: { requiresAuthorization: boolean } };
  }>(
    `mutation ($input: DiscoverMcpServerOAuth2Input!) {
       discoverMcpServerOAuth2(input: $input) { discovery { requiresAuthorization } }
     }`,
    { input: { url, ...(oauth2Compatibility !== undefined && { oauth2Compatibility }) } },
  );
  const [error] = discovered.errors ?? [];
  if (error) return { authType: null, suggestion: await fromError(error, stack), text: textOf(error) };
  const isOAuth2 = discovered.data?.discoverMcpServerOAuth2.discovery.requiresAuthorization === true;
  const authType = isOAuth2 ? 'OAUTH2' : 'NONE';
  // A diagnosis of a URL knows no compatibility settings.
  if (oauth2Compatibility !== undefined) return { authType, suggestion: null, text: '' };
  const { diagnoseUrl } = await graphql.data<{
    diagnoseUrl: {
      diagnosis: {
        failure: { message: string; remedy: string } | null;
        steps: { detail: string }[];
      };
    };
  }>(
    `mutation ($input: DiagnoseUrlInput!) {
       diagnoseUrl(input: $input) { diagnosis { failure { message remedy } steps { detail } } }
     }`,
    { input: { url } },
  );
  const { failure, steps } = diagnoseUrl.diagnosis;
  const text = failure
    ? `${failure.message} ${failure.remedy}`
    : steps.map(({ detail }) => detail).join('\n');
  const suggestion = await fromText(text, stack);
  return { authType: failure && !suggestion ? null : authType, suggestion, text };
}

async function create(
  { graphql }: SignedInUser,
  input: ServerInput,
): Promise<{ id: string; connectUrl: string | null } | { error: AnsweredError }> {
  const answer = await graphql.query<{
    createMcpServerConfig: { server: { id: string; connectUrl: string | null } };
  }>(
    `mutation ($input: CreateMcpServerConfigInput!) {
       createMcpServerConfig(input: $input) { server { id connectUrl } }
     }`,
    {
      input: { slug: `interop-${randomUUID().slice(0, 8)}`, displayName: 'Interop', enabled: true, ...input },
    },
  );
  const [error] = answer.errors ?? [];
  if (error) return { error };
  if (!answer.data) throw new Error(answer.text);
  return answer.data.createMcpServerConfig.server;
}

async function fromError(error: AnsweredError, stack: RunningStack): Promise<Suggestion | null> {
  const settings = (error.extensions.suggestedSettings ?? []) as SuggestedSetting[];
  return fromSettings(settings) ?? (await fromText(textOf(error), stack));
}

function textOf({ message, extensions }: AnsweredError): string {
  return `${message} ${String(extensions.remedy ?? '')}`;
}
