import type { Construct } from 'constructs';
import type { Case } from './subject';
import { problemsOf } from './template';
import { World } from './world';
import { NeoValidationError } from '../../src/util/errors';

/** Names of errors that say what the runtime could not do, and nothing of what the user did. */
const RAW = ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AssertionError'];

/** What is wrong with a template. */
export type TemplateCheck = (template: object) => string[];

/**
 * Make cases in one app, each in a scope of its own, and synthesize it.
 *
 * @returns how many were taken; the others were refused as they should
 * @throws Error that says which promise is broken
 */
export function judge(cases: readonly Case[], isKnown: boolean, alsoWrong: TemplateCheck = () => []): number {
  const world = new World(isKnown);
  const taken: Case[] = [];
  const refused: string[] = [];
  cases.forEach((one, index) => {
    const scope = world.scope(`Case${index}x`);
    try {
      one.of.make(world, scope, one.props(world, scope));
      failWithFindings(scope);
      taken.push(one);
    } catch (error) {
      judgeError(one, error, isKnown);
      world.drop(scope);
      refused.push(scope.node.id);
    }
  });
  taken.filter(one => one.verdictWhen(isKnown) === 'bad').forEach(one => { throw new Error(`is taken, and should be refused: ${one}`); });
  judgeTemplate(world, taken, refused, alsoWrong);
  return taken.length;
}

/** What constructs find at the end of a synthesis is an error of the case. */
function failWithFindings(scope: Construct): void {
  const findings = scope.node.findAll().flatMap(({ node }) => node.validate());
  if (findings.length > 0) { throw new NeoValidationError(findings.join('\n')); }
}

function judgeError(one: Case, error: unknown, isKnown: boolean): void {
  const told = (why: string) => new Error(`${why}: ${one}\n${error instanceof Error ? error.stack : String(error)}`);
  if (!(error instanceof Error)) { throw told('throws what is no error'); }
  if (RAW.includes(error.name) || RAW.includes(error.constructor.name)) { throw told('throws a raw error'); }
  if (one.verdictWhen(isKnown) === 'good') { throw told('is refused, and should be taken'); }
  if (!one.isNamedIn(error.message)) { throw told('is refused without the name of the prop'); }
  if (/\[object [A-Z]|\$\{Token\[|#\{Token\[/.test(error.message)) { throw told('shows what no one can read'); }
}

function judgeTemplate(world: World, taken: readonly Case[], refused: readonly string[], alsoWrong: TemplateCheck): void {
  const told = (why: string) => new Error(`${why}:\n${taken.join('\n')}`);
  let templates: any[];
  try {
    templates = world.synth();
  } catch (error) {
    if (error instanceof Error && !RAW.includes(error.name) && taken.some(one => one.isNamedIn(error.message))) { return; }
    throw told(`the app cannot be synthesized (${error instanceof Error ? error.stack : error})`);
  }
  const problems = templates.flatMap(template => [
    ...problemsOf(template, logicalId => refused.some(id => logicalId.startsWith(id))),
    // Something outside of its scope may refer to a case that was refused, and is gone.
    ...alsoWrong(template).filter(problem => !refused.some(id => problem.includes(id))),
  ]);
  if (problems.length > 0) { throw told(`the template is not valid: ${problems.slice(0, 5).join('; ')}`); }
}
