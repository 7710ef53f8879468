import * as fs from 'fs';
import * as path from 'path';
import { CfnElement, type IPolicyValidationContext, type IPolicyValidationPlugin, type PolicyValidationPluginReport, type PolicyViolation, Stack, Stage, Token, Validations, attachCustomSynthesis } from 'aws-cdk-lib';
import { ContextProvider } from 'aws-cdk-lib/cloud-assembly-schema';
import { Construct, type IConstruct } from 'constructs';
import { writeReport } from './report/html-report';
import { evaluate, type NeoAcceptedFinding, PRIVACY_RULES, type PrivacyReport, type ReportedObservation, type ReportedRule } from './report/privacy-report';
import { type AppFacts, TemplateSet } from './template/template-set';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, type PropTypes, STRING, listOf, optional, requireTypes, structOf } from '../util/prop-types';

/**
 * Properties of a `NeoPrivacyValidation`.
 */
export interface NeoPrivacyValidationProps {
  /**
   * Directory that the report is written to: `report.html`, `report.json` and `network.svg`. A relative path starts at the working
   * directory.
   *
   * @default - with `addTo`, `neo-privacy` in the cloud assembly (`cdk.out/neo-privacy`); with `Validations.of(scope).addPlugins`, there is no
   * report, because CDK does not let plug-ins change the assembly
   */
  readonly reportDirectory?: string;

  /**
   * Whether the synthesis also fails if the templates do not show everything that the rules check, such as subnets or buckets that are not part of
   * the app.
   *
   * @default false - a warning and the report list what is not visible
   */
  readonly failOnUnknown?: boolean;

  /**
   * ID of your AWS Organizations organization, such as `o-a1b2c3d4e5`. A policy that names another organization then fails.
   *
   * @default - an organization that a policy names by its ID is taken to be yours
   * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
   */
  readonly organizationId?: string;

  /**
   * Findings that are accepted. There is a warning for each entry that matches no finding, or more than one.
   *
   * @default - none
   */
  readonly acceptedFindings?: NeoAcceptedFinding[];
}

const REPORT_DIRECTORY = 'neo-privacy';

const ORGANIZATION_ID = /^o-[a-z0-9]{10,32}$/;

const TYPES: PropTypes<NeoPrivacyValidationProps> = {
  reportDirectory: optional(STRING),
  failOnUnknown: optional(BOOLEAN),
  organizationId: optional(STRING),
  acceptedFindings: optional(listOf(structOf<NeoAcceptedFinding>('{ ruleId, constructPath, reason }', { ruleId: STRING, constructPath: STRING, reason: STRING }))),
};

/** Stages that have the validation. */
const validated = new WeakSet<Stage>();

/**
 * A validation that makes the synthesis fail if anything in the app opens the network of compilation jobs, or lets others reach the models.
 *
 * It reads the synthesized templates, including those of nested stacks, and not the constructs, so it also sees L1 constructs, escape
 * hatches and included templates. The report lists what the templates do not show.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 *
 * @example
 * declare const app: App;
 * NeoPrivacyValidation.addTo(app);
 */
export class NeoPrivacyValidation implements IPolicyValidationPlugin {
  /**
   * Validates an app, or one stage of it, and writes the report to its cloud assembly.
   *
   * @param scope the app or stage, or a construct in it
   * @param props accepted findings, report directory, and whether to fail if something is not visible
   */
  public static addTo(scope: IConstruct, props: NeoPrivacyValidationProps = {}): NeoPrivacyValidation {
    const stage = Stage.isStage(scope) ? scope : Construct.isConstruct(scope) ? Stage.of(scope) : undefined;
    if (!stage) {
      throw new NeoValidationError(`scope must be an app or a stage, or a construct in one, because templates belong to an app or stage; got: ${Construct.isConstruct(scope) ? 'a construct outside of any app' : formatValue(scope)}`, Construct.isConstruct(scope) ? scope : undefined);
    }
    if (validated.has(stage)) {
      throw new NeoValidationError('NeoPrivacyValidation must be added to an app or stage once; got: a second one', stage);
    }
    validated.add(stage);
    const validation = new NeoPrivacyValidation(props);
    Validations.of(stage).addPlugins(validation);
    validation.reportWith(stage);
    return validation;
  }

  /**
   * Name of the validation in CDK's report.
   */
  public readonly name = 'NeoPrivacyValidation';

  /**
   * Version of this library. It is never undefined.
   */
  public readonly version?: string;

  /**
   * IDs of the rules. They are never undefined.
   */
  public readonly ruleIds?: string[];

  private readonly acceptedFindings: NeoAcceptedFinding[];
  private stage?: Stage;

  /**
   * Creates a plug-in for `Validations.of(scope).addPlugins`. Usually, use `addTo` instead, which also writes the report.
   *
   * @param props accepted findings, report directory, and whether to fail if something is not visible
   */
  constructor(private readonly props: NeoPrivacyValidationProps = {}) {
    requireTypes(undefined, props, TYPES, 'props', new.target !== NeoPrivacyValidation);
    this.version = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
    this.ruleIds = PRIVACY_RULES.map(({ id }) => id);
    this.acceptedFindings = props.acceptedFindings ?? [];
    this.acceptedFindings.forEach(accepted => this.requireAcceptedFinding(accepted));
    requireDirectory(props.reportDirectory);
    requireOrganizationId(props.organizationId);
  }

  /**
   * Validates the templates. CDK calls this method at the end of the synthesis.
   *
   * @param context the templates to validate
   */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    if (hasPendingVpcLookup(context.templatePaths)) {
      return { success: true, violations: [], pluginVersion: this.version, metadata: { note: 'not validated before the VPC has been looked up' } };
    }
    const templates = TemplateSet.fromFiles(context.templatePaths, factsOf(this.stage ?? context.appConstruct, this.props.organizationId));
    const report = this.evaluate(templates);
    if (!this.stage && this.props.reportDirectory) { writeReport(this.props.reportDirectory, report, templates); }
    const violations = violationsOf(report, templates, this.props.failOnUnknown ?? false);
    const fatal = violations.filter(({ severity }) => severity === 'fatal');
    return {
      success: fatal.length === 0,
      violations,
      pluginVersion: this.version,
      metadata: this.stage || this.props.reportDirectory ? { report: path.join(this.reportDirectory(), 'report.html') } : undefined,
    };
  }

  /**
   * Writes the report when the stage is synthesized, because the assembly must not change once CDK begins to validate. A stage is synthesized after
   * all its stacks, so their templates are on disk by then.
   */
  private reportWith(stage: Stage) {
    this.stage = stage;
    attachCustomSynthesis(stage, {
      onSynthesize: () => {
        const templates = TemplateSet.fromFiles(topLevelStacks(stage).map(stack => templateFile(stack)), factsOf(stage, this.props.organizationId));
        writeReport(this.reportDirectory(), this.evaluate(templates), templates);
      },
    });
  }

  private evaluate(templates: TemplateSet): PrivacyReport {
    return evaluate(templates, this.acceptedFindings, `cdk-sagemaker-neo ${this.version}`);
  }

  private reportDirectory(): string {
    return path.resolve(this.props.reportDirectory ?? path.join(this.stage!.outdir, REPORT_DIRECTORY));
  }

  private requireAcceptedFinding(accepted: NeoAcceptedFinding) {
    if (!this.ruleIds!.includes(accepted.ruleId)) {
      throw new NeoValidationError(`acceptedFindings must name one of the rules ${this.ruleIds!.join(', ')} as ruleId; got: ${formatValue(accepted.ruleId)}`);
    }
    for (const name of ['constructPath', 'reason'] as const) {
      if (accepted[name].trim() === '') {
        throw new NeoValidationError(`acceptedFindings must each have a ${name}; got: ${formatValue(accepted)}`);
      }
    }
  }
}

/** Reads facts from the construct tree, because templates have paths only if metadata is enabled, and the report is written before the manifest. */
function factsOf(scope: IConstruct, organizationId?: string): AppFacts {
  const constructs = scope.node.findAll();
  const known = (value: string) => Token.isUnresolved(value) ? undefined : value;
  return {
    organizationId,
    constructPaths: new Map(constructs.filter(construct => CfnElement.isCfnElement(construct))
      .map(({ stack, logicalId, node }) => [`${templateFile(stack)}#${stack.resolve(logicalId)}`, node.path])),
    stacks: new Map(topLevelStacks(scope)
      .map(stack => [templateFile(stack), { name: stack.stackName, account: known(stack.account), region: known(stack.region) }])),
    prefixListNames: prefixListNames(scope),
  };
}

/** Reads the names of prefix lists from the context. Its keys contain the names that CDK has looked up, with a `$` before each colon. */
function prefixListNames({ node }: IConstruct): Map<string, string> {
  const context: Record<string, any> = node.root.node.getAllContext() ?? {};
  const looked = Object.entries(context).flatMap(([key, found]): [string, string][] => {
    const [, name] = /^cc-api-provider:.*propertyMatch\.PrefixListName=([^:]+):.*typeName=AWS\$:\$:EC2\$:\$:PrefixList/.exec(key) ?? [];
    return name === undefined ? [] : [found].flat().map(({ PrefixListId }) => [String(PrefixListId), name]);
  });
  return new Map(looked);
}

/** Returns all stacks but nested ones, whose templates are found through their parents. */
function topLevelStacks({ node }: IConstruct): Stack[] {
  return node.findAll().filter((construct): construct is Stack => Stack.isStack(construct) && !construct.nested);
}

function templateFile(stack: Stack): string {
  return path.resolve(Stage.of(stack)!.outdir, stack.templateFile);
}

/** The ID must be known at synthesis, because policies are compared with it. */
function requireOrganizationId(id: string | undefined) {
  if (id !== undefined && !ORGANIZATION_ID.test(id)) {
    throw new NeoValidationError(`organizationId must be the ID of an organization, known at synthesis, such as o-a1b2c3d4e5; got: ${formatValue(id)}`);
  }
}

/** The path must be known, because files are written at synthesis, and no file system accepts a NUL in a path. */
function requireDirectory(directory: string | undefined) {
  if (directory !== undefined && (directory === '' || Token.isUnresolved(directory) || directory.includes('\0'))) {
    throw new NeoValidationError(`reportDirectory must be a path, known at synthesis; got: ${formatValue(directory)}`);
  }
}

/**
 * Returns the findings in the form that CDK shows. Findings with the same evidence are grouped, and consequences of other findings are omitted. They
 * are `fatal`, because CDK would otherwise let any library acknowledge a rule for the whole app. An accepted finding is for one construct, and the
 * report contains it.
 */
function violationsOf(report: PrivacyReport, templates: TemplateSet, failOnUnknown: boolean): PolicyViolation[] {
  const files = new Map(templates.templates.map(({ name, file }) => [name, file]));
  const broken = report.rules.flatMap(rule => {
    const findings = rule.observations
      .filter(({ verdict, isConsequence }) => (verdict === 'fail' && !isConsequence) || (failOnUnknown && verdict === 'unknown'));
    return [...new Set(findings.map(({ evidence }) => evidence))]
      .map(evidence => violation(rule, evidence, findings.filter(finding => finding.evidence === evidence), files));
  });
  const hidden = failOnUnknown ? [] : report.rules.filter(({ observations }) => observations.some(({ verdict }) => verdict === 'unknown'));
  return [
    ...broken,
    ...hidden.length === 0 ? [] : [warning('NotVisible',
      `The templates do not show everything that these rules check: ${hidden.map(({ id, observations }) => `${id} (${observations.find(({ verdict }) => verdict === 'unknown')!.evidence})`).join(', ')}`,
      'Check these by other means; the report names each of them. Set failOnUnknown to fail on what is not visible, and accept what you have checked with acceptedFindings.')],
    ...report.unusedAcceptedFindings.map(({ ruleId, constructPath, reason }) => warning('AcceptedFindingMatchesNothing',
      `No finding of rule ${ruleId} at ${constructPath} needs to be accepted for the reason "${reason}"`,
      `Remove the accepted finding, or name the construct itself rather than one that contains it${pathsWithin(report, ruleId, constructPath)}.`)),
    ...report.wideAcceptedFindings.map(({ ruleId, constructPath, evidence }) => warning('AcceptedFindingCoversSeveral',
      `The accepted finding of rule ${ruleId} at ${constructPath} covers ${evidence.length} findings: ${evidence.join('; ')}`, 'Make sure that the reason applies to all of them.')),
  ];
}

function warning(ruleName: string, description: string, fix: string): PolicyViolation {
  return { ruleName, description, fix, severity: 'warning', violatingResources: [] };
}

/** Returns the paths of findings below a construct path that itself matches none, as a hint. */
function pathsWithin({ rules }: PrivacyReport, ruleId: string, constructPath: string): string {
  const paths = rules.find(({ id }) => id === ruleId)!.observations
    .filter(observation => observation.verdict !== 'pass' && observation.constructPath.startsWith(`${constructPath}/`)).map(observation => observation.constructPath);
  return paths.length > 0 ? `: ${[...new Set(paths)].join(', ')}` : '';
}

function violation(rule: ReportedRule, evidence: string, findings: ReportedObservation[], files: Map<string, string | undefined>): PolicyViolation {
  return {
    ruleName: rule.id,
    description: `${rule.title}; got: ${evidence}. ${rule.why}`,
    fix: rule.fix,
    severity: 'fatal',
    violatingResources: findings.map(({ logicalId, template, locations }) => ({
      resourceLogicalId: logicalId,
      templatePath: files.get(template),
      locations,
    })),
  };
}

/**
 * Whether the templates come from a first synthesis, in which CDK uses placeholders for the subnets and addresses of VPCs that must be looked up.
 * Such templates are never deployed: the CLI looks up the VPCs and synthesizes again, but only if the first synthesis succeeds.
 */
function hasPendingVpcLookup(templatePaths: string[]): boolean {
  const manifests = [...new Set(templatePaths.map(file => path.join(path.dirname(file), 'manifest.json')))].filter(file => fs.existsSync(file));
  return manifests.some(file => (JSON.parse(fs.readFileSync(file, 'utf8')).missing ?? []).some(({ provider }: { provider: string }) => provider === ContextProvider.VPC_PROVIDER));
}
