import { defineEntity, p } from '@mikro-orm/core';
import type { Diagnosis } from './diagnosis.js';
import { McpServerConfig } from '../servers/store/mcp-server-config.entity.js';

/**
 * The stored diagnoses of a server: the last one, and the last in which nothing failed. Of two that run at once the one
 * that started later counts, whichever ends first.
 */
export const ServerDiagnosisSchema = defineEntity({
  name: 'ServerDiagnosis',
  tableName: 'mcp_server_diagnoses',
  properties: {
    serverId: () =>
      p
        .oneToOne(McpServerConfig)
        .primary()
        .mapToPk()
        .owner()
        .name('mcp_server_config_id')
        .updateRule('no action')
        .deleteRule('cascade'),
    last: p.json<Diagnosis>(),
    lastStartedAt: p.datetime(),
    lastSuccess: p.json<Diagnosis>().nullable(),
    lastSuccessStartedAt: p.datetime().nullable(),
  },
});
export class ServerDiagnosis extends ServerDiagnosisSchema.class {}
ServerDiagnosisSchema.setClass(ServerDiagnosis);
