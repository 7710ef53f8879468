import { ChildExecution } from './child-execution';
import { StateDefinition } from './definition';
import { Bindings, evaluate } from './expressions';
import { MapRun } from './map-run';
import { Scope } from './scope';

type Outcome = 'SUCCEEDED' | 'FAILED' | 'PENDING';

/** Returns the result of a Distributed Map, after writing it to S3 if there is a ResultWriter. */
export async function writeResults(scope: Scope, state: StateDefinition, run: MapRun, bindings: Bindings): Promise<any> {
  const { ResultWriter: writer } = state;
  const succeeded = run.children.filter((child): child is ChildExecution => child?.status === 'SUCCEEDED');
  if (!writer) { return succeeded.map(({ output }) => output); }
  const { Bucket, Prefix } = await evaluate(writer.Arguments, bindings, 'ResultWriter/Arguments');
  const { OutputType = 'JSON', Transformation = 'NONE' } = writer.WriterConfig ?? {};
  const folder = `${Prefix}/${run.arn.split(':').pop()}`;
  const { environment } = scope.execution.props;
  const put = (Key: string, Body: string) => environment.call('arn:aws:states:::aws-sdk:s3:putObject', { Bucket, Key, Body });

  const entries: Record<Outcome, unknown[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
  run.inputs.forEach((input, index) => {
    const child = run.children[index];
    const outcome: Outcome = !child || child.status === 'ABORTED' || child.status === 'RUNNING' ? 'PENDING' : child.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
    if (outcome === 'SUCCEEDED' && Transformation !== 'NONE') {
      entries[outcome].push(...Transformation === 'FLATTEN' && Array.isArray(child!.output) ? child!.output : [child!.output]);
    } else {
      entries[outcome].push(entry(input, outcome, child));
    }
  });
  const files: Record<Outcome, { Key: string; Size: number }[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  for (const outcome of Object.keys(files) as Outcome[]) {
    if (entries[outcome].length === 0) { continue; }
    const body = OutputType === 'JSONL' ? entries[outcome].map(line => JSON.stringify(line)).join('\n') + '\n' : JSON.stringify(entries[outcome]);
    const Key = `${folder}/${outcome}_0.${OutputType.toLowerCase()}`;
    await put(Key, body);
    files[outcome].push({ Key, Size: Buffer.byteLength(body) });
  }
  const key = `${folder}/manifest.json`;
  await put(key, JSON.stringify({ DestinationBucket: Bucket, MapRunArn: run.arn, ResultFiles: files }));
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key: key } };
}

/** Returns a child workflow in the format of ResultWriter. */
function entry(input: unknown, status: Outcome, child?: ChildExecution): object {
  return {
    ...child && { ExecutionArn: child.arn, StateMachineArn: child.props.stateMachineArn },
    Input: JSON.stringify(input),
    ...child?.output !== undefined && { Output: JSON.stringify(child.output) },
    ...child?.failure && { Error: child.failure.error, Cause: child.failure.cause },
    Status: status,
  };
}
