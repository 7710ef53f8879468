/**
/**
 * Every example's templates, made with the lowest and with the newest aws-cdk-lib, the latter with all feature flags that `cdk init` sets, against two
 * schema checks: AWS's own validator, which the newest aws-cdk-lib brings, and cfn-lint; and their policies and settings against parliament and checkov.
 * The validator also looks at templates of the fuzz. `npm run check:templates`; needs Python and the network the first time.
 */
import * as fs from 'fs';
import * as path from 'path';
import { recommendedFlags } from './feature-flags';
import { judge } from './judges';
import { CFN_LINT, cfnLint, NEWEST_CDK, newestCdk, ROOT, run, type Outcome } from './tools';
import { awsValidator } from './validator';

const OUT = path.join(ROOT, '.cache', 'templates');
/** Half a minute: most of the time goes into the validator. */
const FUZZED_CASES = '400';
const EXAMPLES = path.join(ROOT, 'examples');

/** How an app is synthesized: with which aws-cdk-lib. */
interface Kind { readonly name: string; readonly args: string[]; readonly env: NodeJS.ProcessEnv; readonly context?: object }

interface Match {
  readonly Level: string;
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path?: unknown[] };
}

const lowest: Kind = { name: 'lowest', args: [], env: { CDK_VALIDATION: 'false' } };
const newest: Kind = { name: 'newest', args: ['-r', path.join(__dirname, 'newest-cdk.ts')], env: { CDK_VALIDATION: 'true', NEWEST_CDK: newestCdk() }, context: recommendedFlags(newestCdk()) };

/** Into a folder per app below `OUT/<kind>`. */
function synthesize(kind: Kind, folders: string[], flags: object = {}): Outcome {
  return run(process.execPath, ['-r', 'ts-node/register/transpile-only', ...kind.args, path.join(__dirname, 'synthesize.ts'), path.join(OUT, kind.name), ...folders], {
    CDK_CONTEXT_JSON: JSON.stringify({ ...kind.context, ...flags }),
    TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'),
    ...kind.env,
  });
}

function templatesOf(kind: Kind, folder: string): string[] {
  const outdir = path.join(OUT, kind.name, path.basename(folder));
  return fs.readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.template.json')).map(file => path.join(outdir, file));
}

function lint(templates: string[]): Match[] {
  // W3045: CDK writes AccessControl for a bucket of access logs, unless a feature flag of cdk init is set.
  // W3005: CDK writes DependsOn also where a reference says the same; the template is as good without, and with.
  const { status, stdout, stderr } = run(cfnLint(), ['--format', 'json', '--non-zero-exit-code', 'none', '--ignore-checks', 'W3005', 'W3045', '--', ...templates]);
  if (status !== 0) { throw new Error(`cfn-lint failed:\n${stdout}\n${stderr}`); }
  return (JSON.parse(stdout || '[]') as Match[]).filter(match => !isAdvice(match));
}

/** In the actions of a pipeline, cfn-lint gives advice on style as an error: I1022's, which is for information, by the id of the rule that looks at actions. */
const isAdvice = ({ Rule, Message }: Match) => Rule.Id === 'E3703' && Message.startsWith('Prefer using Fn::Sub over Fn::Join');

const errorsAmong = (matches: Match[]) => matches.filter(({ Level }) => Level === 'Error');

/** A check that finds nothing in a wrong template proves nothing. */
function requireThatChecksFind(): void {
  const wrong = path.join(__dirname, 'invalid');
  // Strict, as a wrong value is but a warning otherwise; warnings of our own, which some examples explain, would fail then, too.
  const { status, stdout, stderr } = synthesize(newest, [wrong], { '@aws-cdk/core:strictCfnValidateErrors': true });
  if (status === 0 || !/Perhaps|VersioningConfiguration/.test(stdout + stderr)) {
    throw new Error(`the validation of aws-cdk-lib ${NEWEST_CDK} does not find a wrong value:\n${stdout}\n${stderr}`);
  }
  synthesize(lowest, [wrong]);
  if (errorsAmong(lint(templatesOf(lowest, wrong))).length === 0) { throw new Error('cfn-lint does not find a wrong value'); }
}

fs.rmSync(OUT, { recursive: true, force: true });
requireThatChecksFind();

const examples = fs.readdirSync(EXAMPLES).map(name => path.join(EXAMPLES, name)).filter(folder => fs.existsSync(path.join(folder, 'app.ts')));
const templates = [lowest, newest].flatMap(kind => {
  const { status, stdout, stderr } = synthesize(kind, examples);
  if (status !== 0) { throw new Error(`the examples do not synthesize with the ${kind.name} aws-cdk-lib:\n${stdout}\n${stderr}`); }
  return examples.flatMap(folder => {
    const found = templatesOf(kind, folder);
    if (found.length === 0) { throw new Error(`${folder} has no template`); }
    return found;
  });
});
const validate = awsValidator();
const invalid = templates.flatMap(file => validate(JSON.parse(fs.readFileSync(file, 'utf8'))).map(error => `${path.relative(OUT, file)}: ${error}`));
invalid.forEach(error => console.log(error));
console.log(`${examples.length} examples synthesized with the lowest aws-cdk-lib and with ${NEWEST_CDK} and all recommended flags: AWS's validator found ${invalid.length} errors`);

const fuzzed = run(process.execPath, ['-r', path.join(ROOT, 'projenrc', 'register.js'), path.join(__dirname, 'fuzz-templates.ts'), FUZZED_CASES]);
console.log(fuzzed.status === 0 ? fuzzed.stdout.trim() : `the fuzz made a template with errors:\n${fuzzed.stderr}`);

// Both references and attributes are written otherwise from one version to the next, and the privacy validation reads them.
const pairs = run(process.execPath, ['-r', 'ts-node/register/transpile-only', ...newest.args, path.join(ROOT, 'test', 'privacy-validation', 'check-pairs.ts')], {
  TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'), ...newest.env, CDK_VALIDATION: 'false',
});
console.log(pairs.stdout.trim());
if (pairs.status !== 0) { throw new Error(`the privacy validation judges wrongly with aws-cdk-lib ${NEWEST_CDK}:\n${pairs.stderr}`); }

const matches = lint(templates);
for (const { Level, Filename, Rule, Message, Location } of matches) {
  console.log(`${Level} ${Rule.Id} ${path.relative(OUT, Filename)} ${(Location.Path ?? []).join('/')}: ${Message}`);
}
const errors = errorsAmong(matches);
console.log(`cfn-lint ${CFN_LINT}: ${templates.length} templates, ${errors.length} errors, ${matches.length - errors.length} warnings`);
const judgements = judge(templates.filter(file => file.startsWith(path.join(OUT, lowest.name))));
for (const judgement of judgements) { console.log(judgement); }
process.exitCode = errors.length + invalid.length + fuzzed.status + judgements.length === 0 ? 0 : 1;
