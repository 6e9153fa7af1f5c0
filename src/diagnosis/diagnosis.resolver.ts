import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { Uuid } from '../uuid-input.js';
import { McpServerConfigType } from '../servers/graphql/mcp-server-config.type.js';
import type { Servers } from '../servers/servers.js';
import type { Diagnoses } from './diagnoses.js';
import { changesSinceSuccess, type DiagnosisChange } from './diagnosis-diff.js';
import type { DiagnosisLoader } from './diagnosis-store.js';
import type { Diagnosis } from './diagnosis.js';
import { DiagnoseMcpServerPayload, DiagnoseUrlInput, DiagnoseUrlPayload } from './diagnose.type.js';
import { DiagnosisChangeType, DiagnosisType } from './diagnosis.type.js';

interface DiagnosisContext {
  diagnoses: Diagnoses;
  servers: Servers;
  diagnosisLoader: DiagnosisLoader;
}

/** Diagnoses servers, and adds their stored diagnoses to the catalogue. */
@Resolver(() => McpServerConfigType)
export class DiagnosisResolver {
  @Audience('ADMIN')
  @Mutation(() => DiagnoseMcpServerPayload, {
    nullable: true,
    description:
      'Checks everything between Switchboard and an MCP server, from name resolution and TLS to its tools, until a check fails. The result names the responsible party and the remedy. Disabled servers can be diagnosed too. It registers a client only if the provider no longer knows the one that Switchboard registered, sends credentials only where they belong, and takes at most 60 seconds. For OAUTH2, it uses your account if you have connected one. It is a mutation because it contacts other servers, and because it stores the diagnosis as `lastDiagnosis`. Administrators only.',
  })
  async diagnoseMcpServer(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { diagnoses, servers }: DiagnosisContext,
  ): Promise<DiagnoseMcpServerPayload> {
    const diagnosis = typeOf(await diagnoses.diagnoseServer(id));
    return { diagnosis, server: await servers.find(id) };
  }

  @Audience('ADMIN')
  @Mutation(() => DiagnoseUrlPayload, {
    nullable: true,
    description:
      'Checks everything between Switchboard and an MCP endpoint, as `diagnoseMcpServer` does. Sends no credentials and stores nothing. It is a mutation because it contacts other servers. Administrators only.',
  })
  async diagnoseUrl(
    @Arg('input', () => DiagnoseUrlInput, { description: 'The endpoint to diagnose.' })
    { url }: DiagnoseUrlInput,
    @Ctx() { diagnoses }: DiagnosisContext,
  ): Promise<DiagnoseUrlPayload> {
    return { diagnosis: typeOf(await diagnoses.diagnoseUrl(url)) };
  }

  @Audience('ADMIN')
  @ExpectedRows('DIAGNOSES_OF_SERVER')
  @FieldResolver(() => DiagnosisType, {
    nullable: true,
    description: 'The last diagnosis. Null before the first one.',
  })
  async lastDiagnosis(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisType | null> {
    const stored = await diagnosisLoader.load(id);
    return stored && typeOf(stored.last);
  }

  @Audience('ADMIN')
  @ExpectedRows('DIAGNOSES_OF_SERVER')
  @FieldResolver(() => DiagnosisType, {
    nullable: true,
    description: 'The last diagnosis in which no step failed, or null.',
  })
  async lastSuccessfulDiagnosis(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisType | null> {
    const success = (await diagnosisLoader.load(id))?.lastSuccess;
    return success ? typeOf(success) : null;
  }

  @Audience('ADMIN')
  @ExpectedRows('DIAGNOSES_OF_SERVER')
  @FieldResolver(() => [DiagnosisChangeType], {
    nullable: true,
    description:
      'The steps of the last diagnosis whose results differ from the last successful diagnosis. Empty if there is nothing to compare. If `version` differs between the two, the server was edited in between.',
  })
  async diagnosisChanges(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisChange[]> {
    const stored = await diagnosisLoader.load(id);
    return stored ? changesSinceSuccess(stored) : [];
  }
}

function typeOf(diagnosis: Diagnosis): DiagnosisType {
  return {
    ...diagnosis,
    transport: diagnosis.transport ?? null,
    startedAt: new Date(diagnosis.startedAt),
    succeeded: diagnosis.failure === null,
  };
}
