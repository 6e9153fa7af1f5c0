import { useState } from 'react';
import { ServerToolsDocument } from '../../generated/servers.js';
import { useOperation } from '../../graphql/operations.js';
import { Button } from '../../ui/form/button.js';
import { FailureMessage } from '../../ui/form/failure-message.js';
import { TextField } from '../../ui/form/field.js';
import { FormSection } from './form-section.js';
import { ToolDefects } from './tool-defects.js';
import type { FormPartProps } from './form-parts.js';
import styles from '../parts/servers.module.css';
import { inLabels } from '../parts/wording.js';

type Rule = 'NONE' | 'ALLOW' | 'DENY';

const rules: Record<Rule, string> = { NONE: 'Default', ALLOW: 'Allow', DENY: 'Deny' };

/** The tool access of a server. The administrator chooses from the server's own tools. */
export function ToolsSection({ draft, change, server, errorAt }: FormPartProps) {
  const [isRequested, setIsRequested] = useState(false);
  const [name, setName] = useState('');
  const query = useOperation(
    ServerToolsDocument,
    { id: server?.id ?? '' },
    {
      enabled: isRequested && server !== null,
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      meta: { asksOtherServers: true },
    },
  );
  const { toolAllowList: allowed, toolDenyList: denied } = draft;
  const list = query.data?.mcpServerToolList;
  const offered = list?.tools ?? [];
  const names = [...new Set([...offered.map((tool) => tool.name), ...allowed, ...denied])];

  const setRule = (tool: string, rule: Rule) => {
    const without = (list: readonly string[]) => list.filter((entry) => entry !== tool);
    change({
      toolAllowList: [...without(allowed), ...(rule === 'ALLOW' ? [tool] : [])],
      toolDenyList: [...without(denied), ...(rule === 'DENY' ? [tool] : [])],
    });
  };
  const add = () => {
    if (name.trim() !== '') setRule(name.trim(), 'DENY');
    setName('');
  };
  return (
    <FormSection
      title="Tools"
      lead="Allowing a tool blocks all tools that aren’t allowed. Denied tools are always blocked."
    >
      {server && server.enabled && (
        <div className={styles.row}>
          <Button
            isBusy={query.isFetching}
            onClick={() => (isRequested ? void query.refetch() : setIsRequested(true))}
          >
            {query.isFetching ? 'Loading tools…' : 'Load tools'}
          </Button>
          <span className={styles.quiet}>
            {server.authType === 'OAUTH2' && 'Uses your own connected account.'}
          </span>
        </div>
      )}
      <FailureMessage failure={query.error} summary="The tools weren’t loaded." rephrase={inLabels} />
      {list?.defects && list.defects.length > 0 && (
        <ToolDefects defects={list.defects} count={list.defectCount ?? list.defects.length} />
      )}
      {names.length > 0 && (
        <ul className={styles.tools}>
          {names.map((tool) => (
            <ToolRule
              key={tool}
              name={tool}
              details={offered.find((each) => each.name === tool)}
              rule={ruleOf(tool, allowed, denied)}
              isUsable={!denied.includes(tool) && (allowed.length === 0 || allowed.includes(tool))}
              onChange={(rule) => setRule(tool, rule)}
            />
          ))}
        </ul>
      )}
      <div className={styles.pair}>
        <TextField
          label="Add a tool by name"
          spellCheck={false}
          value={name}
          onChange={setName}
          error={errorAt('toolAllowList') ?? errorAt('toolDenyList')}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <Button onClick={add}>Add tool</Button>
      </div>
    </FormSection>
  );
}

function ruleOf(tool: string, allowed: readonly string[], denied: readonly string[]): Rule {
  if (denied.includes(tool)) return 'DENY';
  return allowed.includes(tool) ? 'ALLOW' : 'NONE';
}

function ToolRule({
  name,
  details,
  rule,
  isUsable,
  onChange,
}: {
  name: string;
  details: { title: string; description: string } | undefined;
  rule: Rule;
  isUsable: boolean;
  onChange: (rule: Rule) => void;
}) {
  return (
    <li className={styles.tool}>
      <div>
        <p>
          <code>{name}</code>{' '}
          <span className={isUsable ? styles.good : styles.broken}>{isUsable ? 'Allowed' : 'Blocked'}</span>
        </p>
        {details && <p className={styles.clipped}>{details.title || details.description}</p>}
      </div>
      <select
        aria-label={`Rule for ${name}`}
        value={rule}
        onChange={({ target }) => onChange(target.value as Rule)}
      >
        {Object.entries(rules).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </li>
  );
}
