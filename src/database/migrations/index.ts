import { Migration20261123000000_Initial } from './Migration20261123000000_Initial.js';
import { Migration20261124000000_RefreshLease } from './Migration20261124000000_RefreshLease.js';
import { Migration20261124000100_StepUp } from './Migration20261124000100_StepUp.js';
import { Migration20261125020000_Diagnosis } from './Migration20261125020000_Diagnosis.js';
import { Migration20261125030000_RevocationOutbox } from './Migration20261125030000_RevocationOutbox.js';
import { Migration20261125030100_Compatibility } from './Migration20261125030100_Compatibility.js';
import { Migration20261125040000_Audit } from './Migration20261125040000_Audit.js';
import { Migration20261125050000_ConnectionFacts } from './Migration20261125050000_ConnectionFacts.js';
import { Migration20261125050100_ClientProblem } from './Migration20261125050100_ClientProblem.js';
import { Migration20261125070000_RemovedKeys } from './Migration20261125070000_RemovedKeys.js';
import { Migration20261129000000_ConceptNames } from './Migration20261129000000_ConceptNames.js';
import { Migration20261129000100_RegistrationLease } from './Migration20261129000100_RegistrationLease.js';
import { Migration20261129225530_ListIndexes } from './Migration20261129225530_ListIndexes.js';
import { Migration20261130022000_RemoteMessage } from './Migration20261130022000_RemoteMessage.js';
import { Migration20261130022500_ClientState } from './Migration20261130022500_ClientState.js';
import { Migration20261130025300_OAuth2Headers } from './Migration20261130025300_OAuth2Headers.js';
import { Migration20261130030600_RefreshTokens } from './Migration20261130030600_RefreshTokens.js';
import { Migration20261130030900_KeptTokens } from './Migration20261130030900_KeptTokens.js';
import { Migration20261130032600_UpstreamSessions } from './Migration20261130032600_UpstreamSessions.js';
import { Migration20261130033000_NamedProvider } from './Migration20261130033000_NamedProvider.js';
import { Migration20261130034400_RefreshTokenRevoked } from './Migration20261130034400_RefreshTokenRevoked.js';
import { Migration20261130034900_TokenClient } from './Migration20261130034900_TokenClient.js';

/** Every migration, in the order in which they run. `npm run migration:create` writes this file. */
export const migrations = [
  Migration20261123000000_Initial,
  Migration20261124000000_RefreshLease,
  Migration20261124000100_StepUp,
  Migration20261125020000_Diagnosis,
  Migration20261125030000_RevocationOutbox,
  Migration20261125030100_Compatibility,
  Migration20261125040000_Audit,
  Migration20261125050000_ConnectionFacts,
  Migration20261125050100_ClientProblem,
  Migration20261125070000_RemovedKeys,
  Migration20261129000000_ConceptNames,
  Migration20261129000100_RegistrationLease,
  Migration20261129225530_ListIndexes,
  Migration20261130022000_RemoteMessage,
  Migration20261130022500_ClientState,
  Migration20261130025300_OAuth2Headers,
  Migration20261130030600_RefreshTokens,
  Migration20261130030900_KeptTokens,
  Migration20261130032600_UpstreamSessions,
  Migration20261130033000_NamedProvider,
  Migration20261130034400_RefreshTokenRevoked,
  Migration20261130034900_TokenClient,
];
