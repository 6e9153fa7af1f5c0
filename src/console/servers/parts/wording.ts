import { authTypes, compatibilityChoices, fieldLabels } from './labels.js';
import type { FieldLabels } from '../../ui/form/field-errors.js';

const labels: FieldLabels = fieldLabels;
const member = String.raw`(\w+): ("(?:[^"\\]|\\.)*"|\w+)`;
const members = new RegExp(member, 'g');
const setting = new RegExp(String.raw`oauth2Compatibility: \{ (${member}(?:, ${member})*) \}`, 'g');

/**
 * Returns a message of the server with the labels of the form in place of the names of the API. The messages also serve
 * clients of the API, which read those names.
 */
export function inLabels(message: string): string {
  return (
    message
      // The sentence already says what the names in parentheses say.
      .replaceAll(/ \((?:oauth2\w+(?:, oauth2\w+)*|transport: \w+)\)/g, '')
      .replaceAll(' with updateMcpServerConfig', '')
      .replaceAll(/\b([Rr])un registerMcpServerOAuth2Client\b/g, '$1egister the client')
      .replaceAll(setting, (_, settings: string) => inWords(settings))
      .replaceAll(
        /\bauthType( to)? (\w+)\b/g,
        (_, to = '', type: string) => `the type${to} ${typeLabel(type)}`,
      )
      .replaceAll(/\b(?:OAUTH2|API_KEY|CUSTOM_HEADERS)\b/g, typeLabel)
      .replaceAll(/\b(?:oauth2[A-Z]\w*|apiKey[A-Z]\w*|customHeaders|acceptsPlainHttp)\b/g, (name) =>
        quoted(labelOf(name)),
      )
  );
}

const quoted = (text: string) => `“${text}”`;

function typeLabel(type: string): string {
  return quoted(type in authTypes ? authTypes[type as keyof typeof authTypes].label : type);
}

function labelOf(name: string): string {
  return labels[name] ?? labels[`oauth2Compatibility.${name}`] ?? name;
}

/** Writes compatibility settings as they are in the form: `“PKCE” to “Assume that the provider supports S256”`. */
function inWords(settings: string): string {
  const choices: Record<string, Record<string, string>> = compatibilityChoices;
  const each = [...settings.matchAll(members)].map(([, name = '', value = '']) => {
    const label = quoted(labelOf(name));
    const text = choices[name]?.[value] ?? value.replace(/^"(.*)"$/, '$1');
    // A checkbox has no value. '…' is for a value that the administrator has to choose.
    if (text === 'true') return label;
    return text === '…' ? `enter ${label}` : `${label} to ${quoted(text)}`;
  });
  return each.join(' and ');
}
