import { Field, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../audience.js';
import { McpServerConfigType } from '../servers/graphql/mcp-server-config.type.js';
import type { VisibleServer } from '../servers/store/visible-servers.js';
import { DiagnosisType } from './diagnosis.type.js';

@Audience('EVERYONE')
@ObjectType('DiagnoseMcpServerPayload', {
  simpleResolvers: true,
  description: 'The result of diagnosing a server.',
})
export class DiagnoseMcpServerPayload {
  @Field(() => McpServerConfigType, {
    nullable: true,
    description: 'The server. Null if it was deleted during the diagnosis.',
  })
  server!: VisibleServer | null;

  @Field(() => DiagnosisType, {
    description:
      'This diagnosis. The `lastDiagnosis` of the server is another one if that one started later.',
  })
  diagnosis!: DiagnosisType;
}

@InputType('DiagnoseUrlInput', { description: 'An MCP endpoint to diagnose.' })
export class DiagnoseUrlInput {
  @Field(() => String, { description: 'The MCP endpoint. It needs no stored server.' })
  url!: string;
}

@Audience('EVERYONE')
@ObjectType('DiagnoseUrlPayload', {
  simpleResolvers: true,
  description: 'The result of diagnosing an MCP endpoint.',
})
export class DiagnoseUrlPayload {
  @Field(() => DiagnosisType, { description: 'The diagnosis. It is not stored.' })
  diagnosis!: DiagnosisType;
}
