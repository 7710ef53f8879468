/**
 * Writes docs/job-life.svg and docs/fleet-states.svg from the state machines that two examples synthesize, drawn by Graphviz. A test compares what is
 * committed.
 *
 *     npx projen docs:state-machines [FOLDER]
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { synthesizeExample } from './synthesize';

/** The parts of the Amazon States Language that a picture shows. */
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Workflow;
  readonly Branches?: readonly Workflow[];
}

interface Workflow {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Which state machine each picture shows: the example's largest that has the named state. */
const PICTURES = [
  { file: 'job-life.svg', example: 'private-compilation', state: 'Proceed', title: 'The state machine that waits for a compilation job' },
  { file: 'fleet-states.svg', example: 'fleet', state: 'Compile', title: 'The state machine of a fleet' },
];

/** What the branches of choices mean, by the names of the choice and of the next state. A branch without a text is an error. */
const BRANCHES: Readonly<Record<string, string>> = {
  'IsComplete > Answer': 'yes',
  'Started by uploads? > Plan': 'no',
  'Started by uploads? > Wait for a turn': 'yes, queued',
  'Anything to compile? > Compile': 'yes',
  'Is the digest known? > Row invalid': 'invalid row',
  'Is the digest known? > Name': 'yes',
  'Is it over? > Completed': 'completed',
  'Is it over? > Wait longer': 'no',
  'Is it over? > Failed': 'this workflow\'s job failed',
  'Is it over? > Compile again': 'stopped, or retryFailed',
};

/** @returns the pictures by file name */
async function renderStateMachines(): Promise<ReadonlyMap<string, string>> {
  // It is an ES module, which a CommonJS program can only import this way.
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return new Map(PICTURES.map(({ file, example, state, title }) => {
    const workflow = workflowsOf(example).find(({ States }) => state in States);
    if (!workflow) { throw new Error(`examples/${example} has no state machine with a state ${state}`); }
    return [file, graphviz.layout(dotOf(workflow, title), 'svg', 'dot')];
  }));
}

function workflowsOf(example: string): Workflow[] {
  return Object.values(synthesizeExample(example)).flatMap(({ Resources }) => Object.values(Resources))
    .filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
    .map(({ Properties }) => Properties.Definition ?? JSON.parse(textOf(Properties.DefinitionString)));
}

/** Renders a definition as text. Unresolved values do not matter here. */
function textOf(definition: unknown): string {
  if (typeof definition === 'string') { return definition; }
  const [, parts] = (definition as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  return parts.map(part => typeof part === 'string' ? part : 'token').join('');
}

/** Graphviz knows the widths of Arial, to which the others are similar. */
const FONT = 'Arial,Helvetica,sans-serif';

function dotOf(workflow: Workflow, title: string): string {
  return [
    'digraph {',
    `label=${quote(title)} labelloc=t rankdir=TB fontname="${FONT}" nodesep=0.3 ranksep=0.35 pad=0.3`,
    `node [shape=box style="rounded,filled" fillcolor="#eef3fb" color="#4a6fa5" fontname="${FONT}" fontsize=11 margin="0.16,0.08"]`,
    `edge [color="#555555" fontname="${FONT}" fontsize=9]`,
    ...linesOf(workflow, 'w'),
    '}',
  ].join('\n');
}

/** Draws a workflow's states and transitions. The workflow of a Map or Parallel state is a box within it. */
function linesOf({ StartAt, States }: Workflow, prefix: string): string[] {
  const id = (name: string) => quote(`${prefix}/${name}`);
  return [
    `${id('')} [shape=point width=0.12 label=""]`,
    `${id('')} -> ${id(StartAt)}`,
    ...Object.entries(States).flatMap(([name, state]) => [
      `${id(name)} [label=${quote(name)} ${shapeOf(state)}]`,
      ...state.Next ? [`${id(name)} -> ${id(state.Next)}`] : [],
      ...state.Choices?.map(({ Next }) => `${id(name)} -> ${id(Next)} [label=${quote(meaningOf(name, Next))}]`) ?? [],
      ...state.Default ? [`${id(name)} -> ${id(state.Default)} [label="otherwise"]`] : [],
      ...[...new Set(state.Catch?.map(({ Next }) => Next))].map(next => `${id(name)} -> ${id(next)} [label="error" style=dashed]`),
      ...[...state.ItemProcessor ? [state.ItemProcessor] : [], ...state.Branches ?? []].flatMap((inner, index) => [
        `subgraph ${quote(`cluster_${prefix}/${name}/${index}`)} {`,
        `label=${quote(`each item of “${name}”`)} style="rounded,dashed" color="#999999" fontsize=11`,
        ...linesOf(inner, `${prefix}/${name}/${index}`),
        '}',
        `${id(name)} -> ${quote(`${prefix}/${name}/${index}/`)} [style=dotted]`,
      ]),
    ]),
  ];
}

function meaningOf(choice: string, next: string): string {
  const meaning = BRANCHES[`${choice} > ${next}`];
  if (!meaning) { throw new Error(`BRANCHES must say when "${choice}" leads to "${next}"`); }
  return meaning;
}

function shapeOf({ Type }: State): string {
  switch (Type) {
    case 'Choice': return 'shape=diamond style=filled fillcolor="#fff6e0" color="#b58900"';
    case 'Wait': return 'fillcolor="#f2f2f2" color="#888888"';
    case 'Fail': return 'fillcolor="#fbe9e7" color="#b3261e"';
    case 'Succeed': return 'fillcolor="#e8f5e9" color="#2e7d32"';
    default: return '';
  }
}

const quote = (text: string) => JSON.stringify(text);

void renderStateMachines().then(pictures => {
  const [folder = __dirname] = process.argv.slice(2);
  for (const [file, svg] of pictures) { writeFileSync(join(folder, file), svg); }
});
