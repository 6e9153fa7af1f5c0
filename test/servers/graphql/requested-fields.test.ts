import { parse, type FieldNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import { RequestedFields } from '../../../src/servers/graphql/requested-fields.js';

function read(document: string) {
  const { definitions } = parse(document);
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: OperationDefinitionNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === 'FragmentDefinition') fragments[definition.name.value] = definition;
    if (definition.kind === 'OperationDefinition') operations.push(definition);
  }
  const fieldsOf = ({ selectionSet }: { selectionSet: OperationDefinitionNode['selectionSet'] }) =>
    selectionSet.selections.filter((selection): selection is FieldNode => selection.kind === 'Field');
  return { fragments, operations, fieldsOf };
}

const requestedFields = new RequestedFields();
const asked = (fieldNodes: FieldNode[], fragments: Record<string, FragmentDefinitionNode>) =>
  [...requestedFields.of({ fieldNodes, fragments })].toSorted();

test('finds every direct field through fragments, aliases and conditions, and no nested field', () => {
  const { fragments, operations, fieldsOf } = read(`
    { list { id renamed: slug ...A ... @include(if: false) { url } createdBy { email } } }
    fragment A on Server { version ...B }
    fragment B on Server { enabled @skip(if: true) }`);
  const nodes = fieldsOf(operations[0] as OperationDefinitionNode);
  const everything = ['createdBy', 'enabled', 'id', 'slug', 'url', 'version'];
  expect(asked(nodes, fragments)).toEqual(everything);
  expect(asked(nodes, fragments)).toEqual(everything);
});

test('merges several selections of one field, and separates operations that share a fragment', () => {
  const { fragments, operations, fieldsOf } = read(`
    query One { list { slug } }
    query Two { list { url } list { version } }
    fragment Shared on Query { list { id } }`);
  const [one, two] = operations.map((operation) => fieldsOf(operation));
  const shared = fieldsOf(fragments.Shared as FragmentDefinitionNode);
  expect(asked([...shared, ...(one ?? [])], fragments)).toEqual(['id', 'slug']);
  expect(asked([...shared, ...(two ?? [])], fragments)).toEqual(['id', 'url', 'version']);
  expect(asked(shared, fragments)).toEqual(['id']);
});
