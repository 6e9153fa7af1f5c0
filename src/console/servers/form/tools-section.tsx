import { useState } from 'react';
import { ToolsOfServerDocument } from '../../generated/servers.js';
import { useOperation } from '../../graphql/operations.js';
import { Button } from '../../ui/form/button.js';
import { TextField } from '../../ui/form/field.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './form-parts.js';
import { Problem } from '../parts/problem.js';
import styles from '../parts/servers.module.css';

type Rule = 'NONE' | 'ALLOW' | 'DENY';

const rules: Record<Rule, string> = { NONE: 'No rule', ALLOW: 'Allow', DENY: 'Deny' };

/** Which of the server's tools may be used, picked from those that it really has. */
export function ToolsSection({ draft, change, server, mistakeOf }: FormPartProps) {
  const [isAsked, setIsAsked] = useState(false);
  const [name, setName] = useState('');
  const query = useOperation(
    ToolsOfServerDocument,
    { id: server?.id ?? '' },
    {
      enabled: isAsked && server !== null,
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      meta: { asksOtherServers: true },
    },
  );
  const { toolAllowList: allowed, toolDenyList: denied } = draft;
  const offered = query.data?.mcpServerTools ?? [];
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
      lead="As soon as one tool is allowed by name, all others are not. Denied ones are never used."
    >
      {server && server.enabled && (
        <div className={styles.row}>
          <Button
            isBusy={query.isFetching}
            onClick={() => (isAsked ? void query.refetch() : setIsAsked(true))}
          >
            {query.isFetching ? 'Asking the server…' : 'Load the server’s tools'}
          </Button>
          <span className={styles.quiet}>{server.authType === 'OAUTH2' && 'With your own connection.'}</span>
        </div>
      )}
      {query.error && <Problem failure={query.error} />}
      {names.length > 0 && (
        <ul className={styles.tools}>
          {names.map((tool) => (
            <ToolRule
              key={tool}
              name={tool}
              about={offered.find((each) => each.name === tool)}
              rule={ruleOf(tool, allowed, denied)}
              isUsable={!denied.includes(tool) && (allowed.length === 0 || allowed.includes(tool))}
              onChange={(rule) => setRule(tool, rule)}
            />
          ))}
        </ul>
      )}
      <div className={styles.pair}>
        <TextField
          label="Another tool"
          hint="Its exact name."
          spellCheck={false}
          value={name}
          onChange={setName}
          mistake={mistakeOf('toolAllowList') ?? mistakeOf('toolDenyList')}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <Button onClick={add}>Add to the list</Button>
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
  about,
  rule,
  isUsable,
  onChange,
}: {
  name: string;
  about: { title: string; description: string } | undefined;
  rule: Rule;
  isUsable: boolean;
  onChange: (rule: Rule) => void;
}) {
  return (
    <li className={styles.tool}>
      <div>
        <p>
          <code>{name}</code>{' '}
          <span className={isUsable ? styles.good : styles.broken}>
            {isUsable ? 'May be used' : 'May not be used'}
          </span>
        </p>
        {about && <p className={styles.clipped}>{about.title || about.description}</p>}
      </div>
      <select
        aria-label={`Rule for ${name}`}
        value={rule}
        onChange={({ target }) => onChange(target.value as Rule)}
      >
        {Object.entries(rules).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </li>
  );
}
