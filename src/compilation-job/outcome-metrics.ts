import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { OUTCOME_ACTION, type CompilationOutcome } from './compilation-job-outcome';
import type { CompilationJobProvider } from './compilation-job-provider';
import { NeoValidationError, formatValue } from '../util/errors';
import { requireType, STRING } from '../util/prop-types';

const ID = 'OutcomeMetrics';
const NAMESPACE = 'cdk-sagemaker-neo';

const field = (name: keyof CompilationOutcome) => `$.${name}`;
const isOutcome = logs.FilterPattern.stringValue('$.action', '=', OUTCOME_ACTION);
const having = (outcome: CompilationOutcome['outcome']) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.stringValue(field('outcome'), '=', outcome));
const timed = (name: keyof CompilationOutcome) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.numberValue(field(name), '>=', 0));

/** What becomes a metric, of which lines of the log. */
const METRICS = {
  CompletedJobs: { filterPattern: having('COMPLETED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  FailedJobs: { filterPattern: having('FAILED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  CompilationTime: { filterPattern: timed('compilationSeconds'), metricValue: field('compilationSeconds'), unit: cloudwatch.Unit.SECONDS },
  PendingTime: { filterPattern: timed('pendingSeconds'), metricValue: field('pendingSeconds'), unit: cloudwatch.Unit.SECONDS },
};

/**
 * Metrics made from the outcomes in the log of a provider. A kind of metric costs one filter, whatever the number of jobs, and
 * nothing before it is asked for.
 */
export class OutcomeMetrics extends Construct {
  public static of(provider: CompilationJobProvider): OutcomeMetrics {
    return provider.node.tryFindChild(ID) as OutcomeMetrics | undefined ?? new OutcomeMetrics(provider);
  }

  private constructor(private readonly provider: CompilationJobProvider) {
    super(provider, ID);
  }

  public metric(metricName: string, stackName: string, job: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    requireType(this.provider, 'metricName', metricName, STRING);
    const definition = Object.entries(METRICS).find(([name]) => name === metricName)?.[1];
    if (!definition) {
      throw new NeoValidationError(`metricName must be one of ${Object.keys(METRICS).join(', ')}; got: ${formatValue(metricName)}`, this.provider);
    }
    if (!this.node.tryFindChild(metricName)) {
      new logs.MetricFilter(this, metricName, {
        ...definition,
        logGroup: this.provider.logGroup,
        metricNamespace: NAMESPACE,
        metricName,
        dimensions: { Stack: field('stackName'), Job: field('logicalResourceId') },
      });
    }
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { Stack: stackName, Job: job },
      ...props,
    }).attachTo(this.provider);
  }
}
