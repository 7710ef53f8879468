import * as fs from 'fs';
import * as path from 'path';
import {
  attachCustomSynthesis, CfnElement, Stack, Stage, Token, Validations,
  type IPolicyValidationContext, type IPolicyValidationPlugin, type PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { NeoPrivacyException, NeoPrivacyValidationProps } from './privacy-validation-props';
import { evaluate, type PrivacyReport } from './report/privacy-report';
import { failWhereCdkIsSilent } from './report/silent-failure';
import { sentence, violationsOf } from './report/violations';
import { writeReport } from './report/write-report';
import { PRIVACY_RULES } from './rules/rules';
import { hasMadeUpVpc } from './template/made-up';
import { type ConstructPathOf, TemplateSet } from './template/template-set';
import { NeoValidationError, shown } from '../util/errors';
import { BOOLEAN, listOf, optional, requireTypes, structOf, TEXT, type PropTypes } from '../util/prop-types';

const REPORT_DIRECTORY = 'neo-privacy';

const TYPES: PropTypes<NeoPrivacyValidationProps> = {
  reportDirectory: optional(TEXT),
  failOnUnknown: optional(BOOLEAN),
  exceptions: optional(listOf(structOf<NeoPrivacyException>('{ ruleId, constructPath, reason }', { ruleId: TEXT, constructPath: TEXT, reason: TEXT }))),
};

/** Stages that have the validation. */
const validated = new WeakSet<Stage>();

/**
 * A validation that fails the synthesis when anything in the app opens the network of compilation jobs, or lets others reach the models.
 *
 * It reads the synthesized templates, those of nested stacks included, and not the constructs: what is made with L1 constructs, changed by an escape
 * hatch or included from a template is seen all the same. What the templates do not show is said in the report.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 *
 * @example
 * declare const app: App;
 * NeoPrivacyValidation.addTo(app);
 */
export class NeoPrivacyValidation implements IPolicyValidationPlugin {
  /**
   * Validate an app, or one stage of it, and write the report into its cloud assembly.
   *
   * @param scope the app or stage, or a construct in it
   * @param props exceptions, report, and what is not visible
   */
  public static addTo(scope: IConstruct, props: NeoPrivacyValidationProps = {}): NeoPrivacyValidation {
    const stage = Stage.isStage(scope) ? scope : Construct.isConstruct(scope) ? Stage.of(scope) : undefined;
    if (!stage) {
      throw new NeoValidationError(`scope must be an app or a stage, or a construct in one, as templates belong to it; got: ${Construct.isConstruct(scope) ? 'a construct outside of any app' : shown(scope)}`, Construct.isConstruct(scope) ? scope : undefined);
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
   * Name in CDK's validation report.
   */
  public readonly name = 'NeoPrivacyValidation';

  /**
   * Version of this library, never undefined.
   */
  public readonly version?: string;

  /**
   * IDs of the rules, never undefined.
   */
  public readonly ruleIds?: string[];

  private readonly exceptions: NeoPrivacyException[];
  private stage?: Stage;

  /**
   * For `Validations.of(scope).addPlugins`; `addTo` does this and writes the report.
   *
   * @param props exceptions, report, and what is not visible
   */
  constructor(private readonly props: NeoPrivacyValidationProps = {}) {
    requireTypes(undefined, props, TYPES);
    this.version = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
    this.ruleIds = PRIVACY_RULES.map(({ id }) => id);
    this.exceptions = props.exceptions ?? [];
    this.exceptions.forEach(exception => this.requireException(exception));
    requireDirectory(props.reportDirectory);
  }

  /**
   * Called by CDK at the end of the synthesis.
   *
   * @param context the templates to validate
   */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    try {
      return this.validateTemplates(context);
    } catch (error) {
      failWhereCdkIsSilent(context, `cannot validate: ${error}`);
      throw error;
    }
  }

  private validateTemplates(context: IPolicyValidationContext): PolicyValidationPluginReport {
    if (hasMadeUpVpc(context.templatePaths)) {
      return { success: true, violations: [], pluginVersion: this.version, metadata: { note: 'not validated before the VPC has been looked up' } };
    }
    const templates = TemplateSet.fromFiles(context.templatePaths, this.constructPaths());
    const report = this.evaluate(templates);
    if (!this.stage && this.props.reportDirectory) { writeReport(this.props.reportDirectory, report, templates); }
    const violations = violationsOf(report, templates, this.props.failOnUnknown ?? false);
    const fatal = violations.filter(({ severity }) => severity === 'fatal');
    if (fatal.length > 0) { failWhereCdkIsSilent(context, ...fatal.map(violation => sentence(violation))); }
    return {
      success: fatal.length === 0,
      violations,
      pluginVersion: this.version,
      metadata: this.stage || this.props.reportDirectory ? { report: path.join(this.reportDirectory(), 'report.html') } : undefined,
    };
  }

  /**
   * Once CDK validates, the assembly must not change any more. A stage is synthesized after all its stacks, whose templates
   * are on disk by then.
   */
  private reportWith(stage: Stage) {
    this.stage = stage;
    attachCustomSynthesis(stage, {
      onSynthesize: () => {
        const stacks = stage.node.findAll().filter((construct): construct is Stack => Stack.isStack(construct));
        const templates = TemplateSet.fromFiles(stacks.filter(({ nested }) => !nested).map(stack => templateFile(stack)), this.constructPaths());
        writeReport(this.reportDirectory(), this.evaluate(templates), templates);
      },
    });
  }

  private evaluate(templates: TemplateSet): PrivacyReport {
    return evaluate(templates, this.exceptions, `cdk-sagemaker-neo ${this.version}`);
  }

  private reportDirectory(): string {
    return path.resolve(this.props.reportDirectory ?? path.join(this.stage!.outdir, REPORT_DIRECTORY));
  }

  /** From the construct tree, as templates have paths only when metadata is on. */
  private constructPaths(): ConstructPathOf | undefined {
    if (!this.stage) { return undefined; }
    const paths = new Map<string, string>();
    for (const element of this.stage.node.findAll().filter(construct => CfnElement.isCfnElement(construct))) {
      paths.set(`${templateFile(element.stack)}#${element.stack.resolve(element.logicalId)}`, element.node.path);
    }
    return (file, logicalId) => paths.get(`${file}#${logicalId}`);
  }

  private requireException(exception: NeoPrivacyException) {
    if (!this.ruleIds!.includes(exception.ruleId)) {
      throw new NeoValidationError(`exceptions must name one of the rules ${this.ruleIds!.join(', ')} as ruleId; got: ${shown(exception.ruleId)}`);
    }
    for (const name of ['constructPath', 'reason'] as const) {
      if (exception[name].trim() === '') {
        throw new NeoValidationError(`exceptions must each have a ${name}; got: ${shown(exception)}`);
      }
    }
  }
}

function templateFile(stack: Stack): string {
  return path.resolve(Stage.of(stack)!.outdir, stack.templateFile);
}

/** Files are written at synthesis, and no file system takes a NUL in a path. */
function requireDirectory(directory: string | undefined) {
  if (directory !== undefined && (directory === '' || Token.isUnresolved(directory) || directory.includes('\0'))) {
    throw new NeoValidationError(`reportDirectory must be a path, known at synthesis; got: ${shown(directory)}`);
  }
}
