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
  let last: unknown;
  for (let attempts = 0; attempts <= maxSuggestions; attempts += 1) {
    const { url, transport, oauth2ClientId, oauth2Compatibility } = input();
    const isDecided = transport !== undefined || oauth2ClientId !== undefined;
    const answer = isDecided
      ? { authType: oauth2ClientId === undefined ? 'NONE' : 'OAUTH2' }
      : await inspect(admin, stack, { url, oauth2Compatibility });
    if ('authType' in answer) {
      const created = await create(admin, { ...input(), authType: answer.authType });
      if ('id' in created) return { ...created, authType: answer.authType, applied };
      last = created.error;
      const next =
        fromSettings((created.error.extensions.suggestedSettings ?? []) as SuggestedSetting[]) ??
        (await fromText(textOf(created.error), stack));
      if (!next) break;
      applied.push(next);
      continue;
    }
    last = answer;
    if (!answer.suggestion) break;
    applied.push(answer.suggestion);
  }
  throw new Error(`The product suggests nothing more: ${JSON.stringify({ applied, last })}`);
}

/** Diagnoses and discovers. Returns the auth type, or what the product suggests instead. */
async function inspect(
  { graphql }: SignedInUser,
  stack: RunningStack,
  { url, oauth2Compatibility }: ServerInput,
): Promise<{ authType: string } | { suggestion: Suggestion | null; text: string }> {
  const discovered = await graphql.query<{
    discoverMcpServerOAuth2: { discovery: { requiresAuthorization: boolean } };
  }>(
    `mutation ($input: DiscoverMcpServerOAuth2Input!) {
       discoverMcpServerOAuth2(input: $input) { discovery { requiresAuthorization } }
     }`,
    { input: { url, ...(oauth2Compatibility !== undefined && { oauth2Compatibility }) } },
  );
  const [error] = discovered.errors ?? [];
  if (error) {
    const settings = (error.extensions.suggestedSettings ?? []) as SuggestedSetting[];
    const text = textOf(error);
    return { suggestion: fromSettings(settings) ?? (await fromText(text, stack)), text };
  }
  const { diagnoseUrl } = await graphql.data<{
    diagnoseUrl: { diagnosis: { failure: { message: string; remedy: string } | null } };
  }>(
    `mutation ($input: DiagnoseUrlInput!) { diagnoseUrl(input: $input) { diagnosis { failure { message remedy } } } }`,
    { input: { url } },
  );
  const { failure } = diagnoseUrl.diagnosis;
  if (failure && oauth2Compatibility === undefined) {
    const text = `${failure.message} ${failure.remedy}`;
    return { suggestion: await fromText(text, stack), text };
  }
  const isOAuth2 = discovered.data?.discoverMcpServerOAuth2.discovery.requiresAuthorization === true;
  return { authType: isOAuth2 ? 'OAUTH2' : 'NONE' };
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

function textOf({ message, extensions }: AnsweredError): string {
  return `${message} ${String(extensions.remedy ?? '')}`;
}
