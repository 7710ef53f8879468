import { Annotations, CfnOutput, Names, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventField, Rule, RuleTargetInput, type IRuleTarget } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { observationOf, type INeoCompilationJob, type JobObservation } from '../compilation-job/compilation-job-base';
import { consoleUrl } from '../compilation-job/compilation-job-properties';
import { outcomePattern } from '../compilation-job/outcomes';
import { differ, requireSameRegion } from '../util/environment';
import { NeoValidationError, formatValue } from '../util/errors';
import { BOOLEAN, known, listOf, NUMBER, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { JOB, TOPIC } from '../util/resource-types';

/** Log group of all compilation jobs of the account. The first job creates it; this library never creates or deletes it. */
const COMPILATION_LOG_GROUP = '/aws/sagemaker/CompilationJobs';

/**
 * Properties of a `NeoCompilationMonitoring`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
 */
export interface NeoCompilationMonitoringProps {
  /**
   * The jobs to monitor, 1 to 100, all in the account and Region of this stack. They may be in other stacks. An imported job must have `stackName`
   * and `logicalResourceId`, and the stack that creates it must contain a `NeoCompilationMonitoring`, too, because its functions otherwise record
   * nothing.
   */
  readonly jobs: INeoCompilationJob[];

  /**
   * Topic that receives one message for each job that completes or fails, with the job's name, the reason and a link to the log. If the topic has a
   * customer-managed key, the key policy must allow `events.amazonaws.com`.
   *
   * @default - no messages, and no events
   */
  readonly topic?: sns.ITopic;

  /**
   * Topic that the alarms notify. It is separate from `topic`, so that a failure is not reported twice.
   *
   * @default - the alarms notify no topic
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * How long a compilation may take before an alarm goes off, as a share of the job's `maxRuntime`, above 0 and at most 1. SageMaker ends the job at
   * `maxRuntime`.
   *
   * @default 0.8
   */
  readonly compilationTimeThreshold?: number;

  /**
   * Name of the dashboard.
   *
   * @default - CloudFormation generates a unique name
   */
  readonly dashboardName?: string;

  /**
   * Whether there is a stack output with the console link of every job. A template has at most 200 outputs.
   *
   * @default true
   */
  readonly jobLinks?: boolean;
}

/**
 * Alarms, a dashboard, messages, saved queries and console links for compilation jobs, in one call.
 *
 * There are two alarms per job: one for its failure, and one for a compilation that takes nearly as long as it may. See docs/operations.md for the
 * costs.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 *
 * @example
 * declare const job: INeoCompilationJob;
 * declare const topic: sns.Topic;
 * new NeoCompilationMonitoring(this, 'Monitoring', { jobs: [job], alarmTopic: topic });
 */
export class NeoCompilationMonitoring extends Construct {
  /**
   * The dashboard.
   */
  public readonly dashboard: cloudwatch.Dashboard;

  /**
   * The alarms on failed jobs, in the order of the jobs.
   */
  public readonly failureAlarms: cloudwatch.Alarm[];

  /**
   * The alarms on long compilations. There is none for a job whose `maxRuntime` is not known at synthesis.
   */
  public readonly compilationTimeAlarms: cloudwatch.Alarm[];

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props jobs and topics
   */
  constructor(scope: Construct, id: string, props: NeoCompilationMonitoringProps) {
    super(scope, id);
    requireTypes(this, props, TYPES, 'props', new.target !== NeoCompilationMonitoring);
    const threshold = validate(this, props);
    const { jobs, alarmTopic } = props;

    this.failureAlarms = jobs.map(job => this.alarm(job, 'Failed', {
      metric: job.metricFailedJobs(),
      threshold: 1,
      alarmDescription: `The Neo compilation job ${job.node.path} failed. The reason is in the events of its stack, in the log of the job provider and in the log of the job.`,
    }));
    this.compilationTimeAlarms = jobs.flatMap(job => {
      const { maxRuntime } = observationOf(job);
      if (!maxRuntime || maxRuntime.isUnresolved()) { return []; }
      return [this.alarm(job, 'CompilationTime', {
        metric: job.metricCompilationTime(),
        threshold: Math.max(1, Math.floor(maxRuntime.toSeconds() * threshold)),
        alarmDescription: `The compilation of ${job.node.path} took nearly the ${maxRuntime.toHumanString()} at which SageMaker ends it: raise maxRuntime before it fails.`,
      })];
    });
    if (alarmTopic) {
      const action = new SnsAction(alarmTopic);
      [...this.failureAlarms, ...this.compilationTimeAlarms].forEach(alarm => alarm.addAlarmAction(action));
    }
    if (props.topic) {
      this.sendMessages(jobs, new SnsTopic(props.topic, { message: RuleTargetInput.fromText(MESSAGE) }));
    }
    this.saveQueries(jobs);
    this.dashboard = this.createDashboard(jobs, props.dashboardName);
    this.writeLinks(jobs, props.jobLinks ?? true);
  }

  private alarm(job: INeoCompilationJob, kind: string, props: Pick<cloudwatch.AlarmProps, 'threshold' | 'alarmDescription'> & { metric: cloudwatch.Metric }) {
    return new cloudwatch.Alarm(this, `${kind}${suffixOf(job)}`, {
      ...props,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // There is no data most of the time, because deployments are rare.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /** An event bus can have 300 rules, and a pattern 2,048 characters, so several jobs share a rule. */
  private sendMessages(jobs: INeoCompilationJob[], target: IRuleTarget) {
    const add = (id: string, description: string, detail: JobObservation['outcomes']) => {
      new Rule(this, id, { description, eventPattern: outcomePattern(detail) }).addTarget(target);
    };
    const isOwned = (job: INeoCompilationJob) => observationOf(job).provider !== undefined;
    for (const job of jobs.filter(one => !isOwned(one))) {
      add(`Messages${suffixOf(job)}`, `Outcomes of the Neo compilation job ${job.node.path}`, observationOf(job).outcomes);
    }
    const owned = jobs.filter(isOwned);
    owned.forEach(job => observationOf(job).provider!.enableEvents());
    for (const stack of new Set(owned.map(job => Stack.of(job)))) {
      const ids = owned.filter(job => Stack.of(job) === stack).flatMap(job => observationOf(job).outcomes.logicalResourceId!);
      for (let first = 0; first < ids.length; first += JOBS_PER_RULE) {
        add(`Messages${stack.node.addr.slice(-8)}${first || ''}`, `Outcomes of Neo compilation jobs in ${stack.node.path}`, {
          stackName: [stack.stackName], logicalResourceId: ids.slice(first, first + JOBS_PER_RULE),
        });
      }
    }
  }

  private saveQueries(jobs: INeoCompilationJob[]) {
    const folder = `cdk-sagemaker-neo/${Names.uniqueResourceName(this, { maxLength: 100, separator: '-' })}`;
    const logGroupNames = logGroupsOf(jobs);
    if (logGroupNames.length > 0) {
      new logs.CfnQueryDefinition(this, 'OutcomeQuery', { name: `${folder}/outcomes`, logGroupNames, queryString: OUTCOME_QUERY });
    }
    new logs.CfnQueryDefinition(this, 'CompilationLogQuery', {
      name: `${folder}/compilation logs`,
      logGroupNames: [COMPILATION_LOG_GROUP],
      queryString: compilationLogQuery(jobs.map(job => observationOf(job).jobNamePrefix)),
    });
  }

  private createDashboard(jobs: INeoCompilationJob[], dashboardName?: string): cloudwatch.Dashboard {
    const logGroupNames = logGroupsOf(jobs);
    const label = (job: INeoCompilationJob) => ({ label: job.node.path });
    const graph = (title: string, metrics: cloudwatch.IMetric[], unit: string) => new cloudwatch.GraphWidget({
      title, left: metrics, width: 12, leftYAxis: { min: 0, label: unit, showUnits: false },
    });
    return new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName,
      widgets: [
        [graph('Completed', jobs.map(job => job.metricCompletedJobs(label(job))), 'jobs'), graph('Failed', jobs.map(job => job.metricFailedJobs(label(job))), 'jobs')],
        [
          graph('Compilation time', jobs.map(job => job.metricCompilationTime(label(job))), 'seconds'),
          graph('Waited for an instance', jobs.map(job => job.metricPendingTime(label(job))), 'seconds'),
        ],
        logGroupNames.length > 0 ? [new cloudwatch.LogQueryWidget({ title: 'Outcomes', logGroupNames, queryString: OUTCOME_QUERY, width: 24, height: 8 })] : [],
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...this.failureAlarms, ...this.compilationTimeAlarms], width: 24 })],
      ],
    });
  }

  private writeLinks(jobs: INeoCompilationJob[], jobLinks: boolean) {
    const { region } = Stack.of(this);
    new CfnOutput(this, 'DashboardUrl', { value: `${consoleUrl(region)}/cloudwatch/home?region=${region}#dashboards/dashboard/${this.dashboard.dashboardName}` });
    if (jobLinks) {
      jobs.forEach(job => new CfnOutput(this, `JobUrl${suffixOf(job)}`, { value: job.consoleUrl, description: `Compilation job of ${job.node.path}` }));
    }
  }
}

/** Lists the outcomes of jobs, the latest first, from the log of the functions behind the jobs. */
const OUTCOME_QUERY = [
  'fields @timestamp, stackName, logicalResourceId, outcome, jobName, compilationSeconds, pendingSeconds, reason',
  'filter action = "outcome"',
  'sort @timestamp desc',
  'limit 100',
].join('\n| ');

/** Returns a query that lists Neo's logs of these jobs and their predecessors. A log stream has the name of its job. */
function compilationLogQuery(jobNamePrefixes: string[]): string {
  const prefixes = [...new Set(jobNamePrefixes)];
  return [
    'fields @timestamp, @logStream, @message',
    `filter ${prefixes.map(prefix => `strcontains(@logStream, "${prefix}")`).join(' or ')}`,
    'sort @timestamp desc',
    'limit 1000',
  ].join('\n| ');
}

/** How many jobs share a rule. A logical ID can have 255 characters, but usually has about 30. */
const JOBS_PER_RULE = 25;

/** The message for the topic. It is plain text, so that it can be read on a phone. */
const MESSAGE = [
  `Neo compilation job ${EventField.fromPath('$.detail.jobName')}: ${EventField.fromPath('$.detail.outcome')}.`,
  `Stack: ${EventField.fromPath('$.detail.stackName')}, resource: ${EventField.fromPath('$.detail.logicalResourceId')}.`,
  `Compiled model: ${EventField.fromPath('$.detail.modelArtifactsUri')}.`,
  `Reason: ${EventField.fromPath('$.detail.reason')}.`,
  `Log: ${EventField.fromPath('$.detail.logUrl')}`,
].join(' ');

/** Returns a suffix that does not depend on the other jobs. */
const suffixOf = (job: INeoCompilationJob) => job.node.addr.slice(-8);

/** Lists the log groups of the functions behind the jobs, except those of imported jobs, which are unknown. */
const logGroupsOf = (jobs: INeoCompilationJob[]) => [...new Set(jobs.map(job => observationOf(job).provider))]
  .flatMap(provider => provider ? [provider.logGroup.logGroupName] : []);

const TYPES: PropTypes<NeoCompilationMonitoringProps> = {
  jobs: listOf(JOB),
  topic: optional(TOPIC),
  alarmTopic: optional(TOPIC),
  compilationTimeThreshold: optional(known('a number', NUMBER)),
  dashboardName: optional(STRING),
  jobLinks: optional(BOOLEAN),
};

function validate(scope: Construct, props: NeoCompilationMonitoringProps): number {
  const { jobs, topic, alarmTopic, compilationTimeThreshold: threshold = 0.8, dashboardName } = props;
  const fail = (message: string): never => { throw new NeoValidationError(message, scope); };
  if (jobs.length < 1 || jobs.length > 100) {
    fail(`jobs must be 1 to 100 jobs, because dashboards and alarm lists are limited: create one NeoCompilationMonitoring per hundred jobs; got: ${jobs.length}`);
  }
  const repeated = jobs.find((job, index) => jobs.indexOf(job) !== index);
  if (repeated) { fail(`jobs must not contain a job twice; got: ${repeated.node.path}`); }
  if (!(threshold > 0 && threshold <= 1)) {
    fail(`compilationTimeThreshold must be above 0 and at most 1, a share of maxRuntime; got: ${formatValue(threshold)}`);
  }
  if (dashboardName !== undefined && !Token.isUnresolved(dashboardName) && !/^[A-Za-z0-9_-]{1,255}$/.test(dashboardName)) {
    fail(`dashboardName must be 1 to 255 letters, digits, hyphens and underscores; got: ${formatValue(dashboardName)}`);
  }
  for (const [prop, destination] of Object.entries({ topic, alarmTopic })) {
    if (destination) { requireSameRegion(scope, prop, destination, 'rules and alarms can notify topics in their own Region only'); }
  }
  for (const job of jobs) {
    for (const place of ['region', 'account'] as const) {
      const here = Stack.of(scope)[place];
      if (differ(here, job.env[place])) {
        fail(`jobs must be in the ${place} of the stack, ${here}, where their metrics, logs and events are: create a NeoCompilationMonitoring there; got: ${job.node.path} in ${job.env[place]}`);
      }
    }
    if (!observationOf(job).waitsForCompletion) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:outcomeNotSeen', `the deployment does not wait for ${job.node.path} (waitForCompletion: false), so its end is not reported: its metrics, alarms and messages cover only `
        + 'jobs that could not be started');
    }
  }
  return threshold;
}
