import { App, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SimulatedFleet } from '../../local/fleet/simulated-fleet';
import { CallRecord, JobRecord } from '../../local/sagemaker';
import { Ended, Step } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';

export const C5 = { target: neo.NeoTarget.ML_C5 };
export const JETSON = { target: neo.NeoTarget.JETSON_NANO, compilerOptions: neo.NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }) };

/** A stack with a private network and a fleet in it. */
export function fleetStack(props: (stack: Stack, models: s3.Bucket) => Partial<neo.NeoCompilationFleetProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const models = new s3.Bucket(stack, 'Models');
  const output = new s3.Bucket(stack, 'Output');
  const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [models, output] });
  const fleet = new neo.NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig: network.vpcConfig,
    models: neo.NeoFleetModels.fromPrefix(models, 'models/', {
      framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: neo.NeoDataInputShape.of('input0', 1, 3, 224, 224),
    }),
    targets: [C5, JETSON],
    outputBucket: output,
    maxConcurrentJobs: 4,
    pollInterval: Duration.seconds(30),
    ...props(stack, models),
  });
  return { stack, models, output, network, fleet };
}

/** A simulated fleet that remembers what happened. */
export class LocalFleet extends SimulatedFleet {
  /** With these models in the prefix of its fleet. */
  public static withModels(stack: Stack, props: ConstructorParameters<typeof SimulatedFleet>[1] = {}, names = ['a', 'b', 'c']): LocalFleet {
    const local = new LocalFleet(stack, props);
    names.forEach(name => local.place(`models/${name}.tar.gz`));
    return local;
  }

  public readonly calls: CallRecord[];
  public readonly steps: Step[];
  public readonly ended: Ended[];

  constructor(stack: Stack, props: ConstructorParameters<typeof SimulatedFleet>[1] = {}) {
    const [calls, steps, ended]: [CallRecord[], Step[], Ended[]] = [[], [], []];
    super(stack, { quota: 4, onCall: call => calls.push(call), onStep: step => steps.push(step), onEnd: end => ended.push(end), ...props });
    [this.calls, this.steps, this.ended] = [calls, steps, ended];
  }

  public records(status?: string): JobRecord[] {
    return this.service.records().filter(job => status === undefined || job.status === status);
  }
}

/** Model and target of results. */
export function pairs(results: any[]): string[] {
  return results.map(({ Model, Target }) => `${/[^/]+$/.exec(Model)![0]} ${Target.TargetDevice}`).sort();
}
