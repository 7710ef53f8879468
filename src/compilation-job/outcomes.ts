import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { EventPattern, OnEventOptions } from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, OUTCOME_ACTION, type CompilationOutcome } from './compilation-job-properties';
import type { CompilationJobProvider } from './compilation-job-provider';
import { NeoValidationError, formatValue } from '../util/errors';
import { ANYTHING, BOOLEAN, cdkStructOf, DURATION, having, mapOf, optional, requireType, STRING, structOf } from '../util/prop-types';

const ID = 'OutcomeMetrics';
const NAMESPACE = 'cdk-sagemaker-neo';

const field = (name: keyof CompilationOutcome) => `$.${name}`;
const isOutcome = logs.FilterPattern.stringValue('$.action', '=', OUTCOME_ACTION);
const ended = (outcome: CompilationOutcome['outcome']) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.stringValue(field('outcome'), '=', outcome));
const timed = (name: keyof CompilationOutcome) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.numberValue(field(name), '>=', 0));

/** The metrics, each with a filter for the log lines that it counts. */
const METRICS = {
  CompletedJobs: { filterPattern: ended('COMPLETED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  FailedJobs: { filterPattern: ended('FAILED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  CompilationTime: { filterPattern: timed('compilationSeconds'), metricValue: field('compilationSeconds'), unit: cloudwatch.Unit.SECONDS },
  PendingTime: { filterPattern: timed('pendingSeconds'), metricValue: field('pendingSeconds'), unit: cloudwatch.Unit.SECONDS },
};

/**
 * Selects outcomes by members of `CompilationOutcome`. The members are spelled out, because the declarations that users compile must not import types
 * of the AWS SDK.
 */
export type OutcomeFilter = { readonly [member in 'stackName' | 'logicalResourceId' | 'jobName']?: string[] };

const EVENT_PATTERN = cdkStructOf<EventPattern>('a pattern of events (events.EventPattern)', {
  version: optional(ANYTHING),
  id: optional(ANYTHING),
  detailType: optional(ANYTHING),
  source: optional(ANYTHING),
  account: optional(ANYTHING),
  time: optional(ANYTHING),
  region: optional(ANYTHING),
  resources: optional(ANYTHING),
  detail: optional(ANYTHING),
});

/** Each is passed on by name, so a newer CDK's further options would be ignored. */
export const EVENT_OPTIONS = structOf<OnEventOptions>('options of an event (events.OnEventOptions)', {
  target: optional(having('a target of a rule, such as new targets.SnsTopic(...)', 'bind')),
  description: optional(STRING),
  ruleName: optional(STRING),
  eventPattern: optional(EVENT_PATTERN),
  crossStackScope: optional(having('a construct', 'node')),
});

/** Returns a pattern that matches the events of these outcomes. */
export function outcomePattern(detail: OutcomeFilter): EventPattern {
  return { source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], detail };
}

export const METRIC_OPTIONS = cdkStructOf<cloudwatch.MetricOptions>('options of a metric (cloudwatch.MetricOptions)', {
  period: optional(DURATION),
  statistic: optional(STRING),
  dimensionsMap: optional(mapOf(STRING)),
  unit: optional(STRING),
  label: optional(STRING),
  color: optional(STRING),
  id: optional(STRING),
  visible: optional(BOOLEAN),
  account: optional(STRING),
  region: optional(STRING),
  stackAccount: optional(STRING),
  stackRegion: optional(STRING),
});

/** Returns a metric of the job with this logical ID. */
export function outcomeMetric(
  scope: IConstruct, metricName: string, stackName: string, logicalResourceId: string, props: cloudwatch.MetricOptions = {},
) {
  requireType(scope, 'metricName', metricName, STRING);
  requireType(scope, 'props', props, METRIC_OPTIONS);
  if (!Object.keys(METRICS).includes(metricName)) {
    throw new NeoValidationError(`metricName must be one of ${Object.keys(METRICS).join(', ')}; got: ${formatValue(metricName)}`, scope);
  }
  return new cloudwatch.Metric({
    namespace: NAMESPACE, metricName, dimensionsMap: { Stack: stackName, Job: logicalResourceId }, ...props,
  }).attachTo(scope);
}

/** Derives a metric from the outcomes in the log of a provider. Each kind of metric has one filter for any number of jobs. */
export function recordOutcomes(provider: CompilationJobProvider, metricName: string): void {
  const scope = provider.node.tryFindChild(ID) ?? new Construct(provider, ID);
  if (scope.node.tryFindChild(metricName)) { return; }
  new logs.MetricFilter(scope as Construct, metricName, {
    ...METRICS[metricName as keyof typeof METRICS],
    logGroup: provider.logGroup,
    metricNamespace: NAMESPACE,
    metricName,
    dimensions: { Stack: field('stackName'), Job: field('logicalResourceId') },
  });
}
