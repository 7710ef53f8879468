import * as fs from 'fs';
import { parseArgs } from 'util';
import { App, Stack } from 'aws-cdk-lib';
import { checkArchive } from './preflight';
import { SAMPLE_ARCHIVE } from './sample';
import { checkCompilation } from '../target/compilation-rules';
import { NeoDataInputShape } from '../target/data-input-shape';
import { NeoFramework } from '../target/framework';
import { NeoTarget } from '../target/target';

const USAGE = `Usage: cdk-sagemaker-neo check ARCHIVE --framework NAME[-VERSION] [--shape JSON] [--target DEVICE] [--json]
       cdk-sagemaker-neo sample ARCHIVE

check   checks a .tar.gz archive against what AWS documents for SageMaker Neo
sample  writes the archive of a small ONNX model, to try the library with

  --framework  such as pytorch-1.13 or onnx
  --shape      such as '{"input0":[1,3,224,224]}'
  --target     a device such as ml_c5
  --json       print the findings as JSON

Exits 1 when there is an error, 2 when the command is wrong.
`;

/** The command line program. Returns its exit code. */
export function main(args: string[], print: (text: string) => void = text => void process.stdout.write(text)): number {
  let findings: ReturnType<typeof check>;
  let asJson = false;
  let archive = '';
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { framework: { type: 'string' }, shape: { type: 'string' }, target: { type: 'string' }, json: { type: 'boolean' } },
    });
    if (positionals[0] === 'sample' && positionals.length === 2) {
      fs.writeFileSync(positionals[1], SAMPLE_ARCHIVE, { flag: 'wx' });
      print(`${positionals[1]}: framework onnx, shape {"image":[1,3,32,32]}\n`);
      return 0;
    }
    if (positionals[0] !== 'check' || positionals.length !== 2 || values.framework === undefined) {
      print(USAGE);
      return 2;
    }
    archive = positionals[1];
    asJson = values.json ?? false;
    if (!fs.statSync(archive, { throwIfNoEntry: false })?.isFile()) {
      print(`There is no file ${archive}.\n`);
      return 2;
    }
    findings = check(archive, values.framework, values.shape, values.target);
  } catch (error) {
    print(`${(error as Error).message}\n`);
    return 2;
  }
  const { errors, warnings } = findings;
  if (asJson) {
    print(`${JSON.stringify({ archive, errors, warnings }, undefined, 2)}\n`);
  } else {
    for (const message of errors) { print(`error: ${message}\n`); }
    for (const { id, message } of warnings) { print(`warning: ${message} [${id}]\n`); }
    print(`${archive}: ${errors.length} errors, ${warnings.length} warnings\n`);
  }
  return errors.length > 0 ? 1 : 0;
}

function check(archive: string, frameworkName: string, shape?: string, device?: string) {
  const [, name, version] = /^([A-Za-z0-9_]+)(?:-(.+))?$/.exec(frameworkName) ?? [undefined, frameworkName];
  const framework = NeoFramework.of(name.toUpperCase(), version);
  const dataInputShape = shape === undefined ? undefined : NeoDataInputShape.fromJson(shape);
  const found = checkArchive(archive, { framework, dataInputShape });
  if (device === undefined) { return { errors: found.errors, warnings: found.warnings }; }
  const rules = checkCompilation(new Stack(new App(), 'Check'), { framework, dataInputShape, target: NeoTarget.device(device) });
  return { errors: [...found.errors, ...rules.errors], warnings: [...found.warnings, ...rules.warnings] };
}
