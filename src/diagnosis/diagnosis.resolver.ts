import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { Uuid } from '../uuid-input.js';
import { McpServerConfigType } from '../servers/graphql/mcp-server-config.type.js';
import type { Diagnoses } from './diagnoses.js';
import { changesSinceSuccess, type DiagnosisChange } from './diagnosis-diff.js';
import type { DiagnosisLoader } from './diagnosis-store.js';
import type { Diagnosis } from './diagnosis.js';
import { DiagnosisChangeType, DiagnosisType } from './diagnosis.type.js';

interface DiagnosisContext {
  diagnoses: Diagnoses;
  diagnosisLoader: DiagnosisLoader;
}

/** Diagnoses servers, and adds their stored diagnoses to the catalogue. */
@Resolver(() => McpServerConfigType)
export class DiagnosisResolver {
  @Audience('ADMIN')
  @Mutation(() => DiagnosisType, {
    description:
      'Checks everything between Switchboard and an MCP server, from name resolution and TLS to its tools, until a check fails. The result names the responsible party and the remedy. Give either `id` or `url`. Disabled servers can be diagnosed too. It registers nothing, sends credentials only where they belong, and takes at most 60 seconds. For OAUTH2, it uses your account if you have connected one. It is a mutation because it contacts other servers. The diagnosis of a stored server is available as `lastDiagnosis`.',
  })
  async diagnoseMcpServer(
    @Uuid()
    @Arg('id', () => ID, {
      nullable: true,
      description: 'A stored server. Omit it if you give a URL.',
    })
    id: string | null,
    @Arg('url', () => String, {
      nullable: true,
      description: 'An MCP endpoint without a stored server. Omit it if you give an id.',
    })
    url: string | null,
    @Ctx() { diagnoses }: DiagnosisContext,
  ): Promise<DiagnosisType> {
    return typeOf(await diagnoses.diagnose({ id, url }));
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
    startedAt: new Date(diagnosis.startedAt),
    succeeded: diagnosis.failure === null,
  };
}
