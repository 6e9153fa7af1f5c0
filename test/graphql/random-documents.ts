import {
  GraphQLBoolean,
  GraphQLNonNull,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  getNamedType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
} from 'graphql';
import { createChoice, type Choice } from './random.js';
import { randomLiterals, randomValues } from './random-values.js';
import { abstractConditions, schema } from './random-schema.js';

/** A request for an operation of a document. */
export interface RandomRequest {
  operationName?: string;
  variables: Record<string, unknown>;
}

export interface RandomDocument {
  text: string;
  /** Requests with other values, conditions and operations, the first of them repeated at the end. */
  requests: RandomRequest[];
}

interface Variable {
  name: string;
  /** The type of its position. */
  type: GraphQLInputType;
}

/** A variable as one operation declares it. */
interface Declaration {
  name: string;
  type: GraphQLInputType;
  isDefaulted: boolean;
  text: string;
}

/** Requests with other values for each document. */
const requestsPerDocument = 3;

/** Returns a valid document of one or two operations with shared fragments, and requests for it. */
export function randomDocument(random: () => number): RandomDocument {
  const choice = createChoice(random);
  const { chance, pick } = choice;
  const { variables, fragments, body } = randomSelections(choice);
  const { nonNullLiteral } = randomLiterals(choice);
  const value = randomValues(choice);

  const declare = ({ name, type }: Variable): Declaration => {
    // A nullable variable with a default may stand where null may not.
    const declared = isNonNullType(type) && chance(0.3) ? type.ofType : type;
    const isDefaulted = declared !== type || chance(0.4);
    const constant = isDefaulted ? ` = ${nonNullLiteral(declared, () => null)}` : '';
    return { name, type: declared, isDefaulted, text: `$${name}: ${declared}${constant}` };
  };
  const operation = (name: string, selections: string) => {
    const declarations = variables.map(declare);
    const head = declarations.length > 0 ? `(${declarations.map(({ text }) => text).join(', ')})` : '';
    return { name, declarations, text: `query ${name}${head} ${selections}` };
  };
  const operations = [operation('One', body)];
  // The same selections and fragments, with other types and defaults of the same variables.
  if (chance(0.3)) operations.push(operation('Two', `{ again: __typename ... on Query ${body} }`));

  const values = (declarations: Declaration[]): Record<string, unknown> => {
    const wrong = chance(0.15) ? 0.1 : 0;
    const isOmitted = ({ type, isDefaulted }: Declaration) =>
      isNonNullType(type) && !isDefaulted ? chance(wrong) : chance(0.3);
    const given = declarations.filter((declaration) => !isOmitted(declaration));
    return Object.fromEntries(given.map(({ name, type }) => [name, value(type, wrong)]));
  };
  const requests = Array.from({ length: requestsPerDocument }, (): RandomRequest => {
    const { name, declarations } = pick(operations);
    return { operationName: name, variables: values(declarations) };
  });
  const text = [...operations.map((one) => one.text), ...fragments].join('\n');
  return { text, requests: [...requests, requests[0]!] };
}

/** Returns random selections of Query, with the variables and fragments that they use. */
function randomSelections({ chance, pick, below }: Choice) {
  const variables: Variable[] = [];
  const { literal } = randomLiterals({ chance, pick, below });
  const fragments: { name: string; type: GraphQLCompositeType; text: string }[] = [];
  /** Fields with arguments, which are selected again with other selections. */
  const repeatable: { parent: GraphQLCompositeType; below: GraphQLCompositeType; head: string }[] = [];
  let aliases = 0;
  const maxDepth = pick([1, 1, 2, 2, 3]);

  const variable = (type: GraphQLInputType): string => {
    const known = variables.filter((one) => String(one.type) === String(type));
    if (known.length > 0 && chance(0.5)) return `$${pick(known).name}`;
    const name = `v${variables.length}`;
    variables.push({ name, type });
    return `$${name}`;
  };
  const argumentsOf = (args: readonly GraphQLArgument[]): string => {
    const given = args
      .filter(() => chance(0.3))
      .map(({ name, type }) => `${name}: ${literal(type, (one) => (chance(0.3) ? variable(one) : null))}`);
    return given.length > 0 ? `(${given.join(', ')})` : '';
  };
  const condition = (): string => {
    if (chance(0.7)) return '';
    const holds = chance(0.8) ? variable(new GraphQLNonNull(GraphQLBoolean)) : pick(['true', 'false']);
    const first = pick(['include', 'skip']);
    const other = chance(0.1)
      ? ` @${first === 'skip' ? 'include' : 'skip'}(if: ${pick(['true', 'false'])})`
      : '';
    return ` @${first}(if: ${holds})${other}`;
  };
  const possibleConditions = (type: GraphQLCompositeType): GraphQLCompositeType[] =>
    isAbstractType(type) ? abstractConditions : [type, ...(isObjectType(type) ? type.getInterfaces() : [])];
  const selections = (type: GraphQLCompositeType, depth: number): string => {
    const parts = Array.from({ length: 1 + below(3) }, () => selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    if (depth > maxDepth) return `__typename${condition()}`;
    if (chance(0.2)) {
      const on = pick(possibleConditions(type));
      const typeCondition = on === type && chance(0.5) ? '' : ` on ${on}`;
      return `...${typeCondition}${condition()} ${selections(on, depth + 1)}`;
    }
    if (chance(0.3)) {
      const name = fragmentFor(type, depth);
      const again = chance(0.2) ? ` ...${name}${condition()}` : '';
      return `...${name}${condition()}${again}`;
    }
    if (!('getFields' in type) || chance(0.1))
      return `${chance(0.3) ? 'kindOf: ' : ''}__typename${condition()}`;
    const known = repeatable.filter(({ parent }) => parent === type);
    if (known.length > 0 && chance(0.2)) {
      const { head, below: inner } = pick(known);
      return `${head}${condition()} ${selections(inner, depth + 1)}`;
    }
    return field(type, depth);
  };
  const field = (type: GraphQLObjectType | GraphQLInterfaceType, depth: number): string => {
    const { name, args, type: fieldType } = pick(Object.values(type.getFields()));
    const inner = getNamedType(fieldType);
    const given = argumentsOf(args);
    // Two fields of one name with different arguments can't be merged.
    const alias = given || chance(0.2) ? `${name}${given ? (aliases += 1) : 'Again'}: ` : '';
    const head = `${alias}${name}${given}`;
    if (!isCompositeType(inner)) return `${head}${condition()}`;
    if (given) repeatable.push({ parent: type, below: inner, head });
    return `${head}${condition()} ${selections(inner, depth + 1)}`;
  };
  const fragmentFor = (type: GraphQLCompositeType, depth: number): string => {
    const known = fragments.filter((fragment) => fragment.type === type && fragment.text !== '');
    if (known.length > 0 && (chance(0.6) || fragments.length > 5)) return pick(known).name;
    const on = pick(possibleConditions(type));
    const fragment = { name: `F${fragments.length}`, type: on, text: '' };
    fragments.push(fragment);
    fragment.text = `fragment ${fragment.name} on ${on} ${selections(on, depth + 1)}`;
    return fragment.name;
  };

  const body = selections(schema.getQueryType()!, 0);
  return { variables, body, fragments: fragments.map(({ text }) => text) };
}
