import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../audience.js';
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

/** What is wrong with a server, and what its diagnoses add to it in the catalogue. */
@Resolver(() => McpServerConfigType)
export class DiagnosisResolver {
  @Audience('ADMIN')
  @Mutation(() => DiagnosisType, {
    description:
      'Looks at everything between here and an MCP server, from name resolution and TLS to its tools, until something fails; then says who has to act, and what to do. By exactly one of `id` and `url`; disabled servers can be looked at too. It registers nothing, sends credentials nowhere but where they belong, and takes 60 seconds at most. With OAUTH2, your own connection is tried if you have one. It asks other servers, so it is a mutation; what it finds of a stored server is kept as `lastDiagnosis`.',
  })
  async diagnoseMcpServer(
    @Arg('id', () => GraphQLUUID, {
      nullable: true,
      description: 'A server; leave it out when you give a URL.',
    })
    id: string | null,
    @Arg('url', () => String, {
      nullable: true,
      description: 'An MCP endpoint that is no server here yet; leave it out when you give the id.',
    })
    url: string | null,
    @Ctx() { diagnoses }: DiagnosisContext,
  ): Promise<DiagnosisType> {
    return answerOf(await diagnoses.diagnose({ id, url }));
  }

  @Audience('ADMIN')
  @FieldResolver(() => DiagnosisType, {
    nullable: true,
    description: 'The last diagnosis, whatever came of it; null also before the first one.',
  })
  async lastDiagnosis(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisType | null> {
    const kept = await diagnosisLoader.load(id);
    return kept && answerOf(kept.last);
  }

  @Audience('ADMIN')
  @FieldResolver(() => DiagnosisType, {
    nullable: true,
    description: 'The last diagnosis in which nothing failed; null also when there was none.',
  })
  async lastSuccessfulDiagnosis(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisType | null> {
    const success = (await diagnosisLoader.load(id))?.lastSuccess;
    return success ? answerOf(success) : null;
  }

  @Audience('ADMIN')
  @FieldResolver(() => [DiagnosisChangeType], {
    nullable: true,
    description:
      'What changed: the steps of the last diagnosis that came out otherwise than in the last one in which nothing failed. Empty when there is nothing to compare. A `version` that differs between the two says that the server was edited in between.',
  })
  async diagnosisChanges(
    @Root() { id }: { id: string },
    @Ctx() { diagnosisLoader }: DiagnosisContext,
  ): Promise<DiagnosisChange[]> {
    const kept = await diagnosisLoader.load(id);
    return kept ? changesSinceSuccess(kept) : [];
  }
}

function answerOf(diagnosis: Diagnosis): DiagnosisType {
  return {
    ...diagnosis,
    startedAt: new Date(diagnosis.startedAt),
    succeeded: diagnosis.failure === null,
  };
}
