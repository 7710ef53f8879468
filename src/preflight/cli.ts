import * as fs from 'fs';
import { parseArgs } from 'util';
import { App, Stack } from 'aws-cdk-lib';
import { checkArchive } from './preflight';
import { type FormatShape, quote } from './rules';
import { FRAMEWORKS } from '../target/compatibility';
import { lookUp, setArchive, WARNINGS } from '../target/compilation';
import { checkCompilation } from '../target/compilation-rules';
import { NeoCompilerOptions } from '../target/compiler-options';
import { NeoDataInputShape } from '../target/data-input-shape';
import { NeoFramework } from '../target/framework';
import { NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs } from '../target/target';

const USAGE = `Usage: cdk-sagemaker-neo check ARCHIVE --framework NAME[-VERSION] [--shape JSON] [--target TARGET] [--compiler-options JSON] [--json]
       cdk-sagemaker-neo sample ARCHIVE

check   checks a .tar.gz archive against what AWS documents for SageMaker Neo
sample  writes the archive of a small ONNX model, to try the library with

  --framework         such as pytorch-1.13 or onnx
  --shape             such as '{"input0":[1,3,224,224]}'
  --target            a device such as ml_c5, or a platform such as linux/arm64 or linux/arm64/mali
  --compiler-options  such as '{"mcpu":"skylake-avx512"}'
  --json              print the findings as JSON

Exits 1 when there is an error, 2 when the command is wrong.`;

/**
 * The archive of a small ONNX model, so that new users can try the library without a framework. The model distinguishes smooth images from striped
 * ones; its input is `image`, 1x3x32x32. It is also the model of examples/private-compilation, and a test compares the two.
 */
const SAMPLE_ARCHIVE = Buffer.from(
  'H4sIAAAAAAACA+1UzW7TQBDejZ16NUlLsiKo5NLIBw6WigyEVgIJ3IDoFYHEgYu1TibJKo5teTdVjn2T5lwuPEGPPBd1YocmFXAgVCDlW612fr6ZHXlmrXQqE1SP4yiakr8E13Xdo3Z7'
  + 'frquu34+dY+fF/LC/sR91j4iLZfcASZKi5S4d3LXPwi2w+vd3uhQiQGOxQjTwwjjFxcMEMpyLAYIVl+GGlPFy9gboGrCmzg68+eybWay04DqCNMIQ18NRYKe4Rkzajk1sJROZQ+VRz2a'
  + 'WepgJqKnPLJYM2rBI1ik5UzpFKOBHjZ3P2A48QvVNjMVTmBJ4JY4w1QMsPnwNIwDEZ4s1PdxHPq5y67fcsFLKAI566PQkxRVs/YuFFpj5BcW28otTgVMMZVqn85oCT7BMgZYD7tSyTgC'
  + 'M5BC8R3VjbNclVMcj/2FYpuZ4tyDsgiToWgQcv56RqmzB2aAeqnDW8ij+W6SxoEIZCi1RNVsfIz7eiym/orZtnLzSnV8/qETVM43g5nMyFaN2l+N9W5/uby8ut6vfjURm+Bkvozzmxwb'
  + '4RT13IzZNGdNvvpZrX/K6RSPzelkfbzuYf5fanV+kG7Kt32d5XQ6+/MMVULOveUF84n9fJA/bv4A7jPKa1BiFErMgBJrZTs4gNVx5HtQZZSzgtgxgdQqZIsttthii/8V3wEutE1uAAwA'
  + 'AA==',
  'base64',
);

/** The command is wrong. The message says how. */
class WrongCommand extends Error {}

/** Runs the command line program, and returns its exit code. */
export function main(args: string[], print: (text: string) => void = text => void process.stdout.write(text)): number {
  try {
    return run(args, line => print(`${line}\n`));
  } catch (error) {
    print(`${(error as Error).message}\n`);
    return 2;
  }
}

function run(args: string[], print: (line: string) => void): number {
  const { values, positionals: [command, archive, ...more] } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'framework': { type: 'string' },
      'shape': { type: 'string' },
      'target': { type: 'string' },
      'compiler-options': { type: 'string' },
      'json': { type: 'boolean' },
      'help': { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  if (archive === undefined || more.length > 0) { throw new WrongCommand(USAGE); }
  if (command === 'sample') {
    if (fs.existsSync(archive)) { throw new WrongCommand(`${archive} exists already. Choose another name, or delete it first.`); }
    fs.writeFileSync(archive, SAMPLE_ARCHIVE, { flag: 'wx' });
    print(`${archive}: framework onnx, shape {"image":[1,3,32,32]}`);
    return 0;
  }
  if (command !== 'check' || values.framework === undefined) { throw new WrongCommand(USAGE); }
  if (!fs.statSync(archive, { throwIfNoEntry: false })?.isFile()) { throw new WrongCommand(`There is no file ${archive}.`); }
  if (values.target === undefined && values['compiler-options'] !== undefined) { throw new WrongCommand('--compiler-options needs --target.'); }
  const { errors, warnings } = check(archive, values.framework, values.shape, values.target, values['compiler-options']);
  if (values.json) {
    print(JSON.stringify({ archive, errors, warnings }, undefined, 2));
  } else {
    for (const message of errors) { print(`error: ${message}`); }
    for (const { id, message } of warnings) { print(`warning: ${message} [${id}]`); }
    print(`${archive}: ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}`);
  }
  return errors.length > 0 ? 1 : 0;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const formatShape: FormatShape = inputs =>
  `--shape ${quote(`{ ${inputs.map(({ name, sizes }) => `${JSON.stringify(name)}: [${sizes.join(', ')}]`).join(', ')} }`)}`;

function check(archive: string, frameworkName: string, shape?: string, target?: string, options?: string) {
  const [, name, version] = /^([A-Za-z0-9_]+)(?:-(.+))?$/.exec(frameworkName) ?? [undefined, frameworkName];
  const framework = NeoFramework.of(name.toUpperCase(), version);
  const dataInputShape = shape === undefined ? undefined : NeoDataInputShape.fromJson(shape);
  const found = checkArchive(archive, { framework, dataInputShape, formatShape });
  if (!archive.endsWith('.tar.gz')) { found.warn('archiveName', `the key in the bucket must end with .tar.gz, because Neo reads no other format; got: ${archive}`); }
  // Without a target, the rules only know that the framework exists.
  if (target === undefined) {
    if (!lookUp(FRAMEWORKS, framework.name)) {
      const message = `${WARNINGS.unknownFramework} It knows ${Object.keys(FRAMEWORKS).join(', ')}; got: ${framework.name}`;
      found.warnings.push({ id: 'cdk-sagemaker-neo:unknownFramework', message });
    }
    return found;
  }
  const compilerOptions = options === undefined ? undefined : NeoCompilerOptions.fromJson(options);
  const stack = new Stack(new App(), 'Check');
  setArchive(stack, found);
  const rules = checkCompilation(stack, { framework, dataInputShape, target: toTarget(target), compilerOptions });
  return { errors: [...found.errors, ...rules.errors], warnings: [...found.warnings, ...rules.warnings] };
}

/** Parses a target. A device contains no slash, a platform contains one or two. */
function toTarget(text: string): NeoTarget {
  if (!text.includes('/')) { return NeoTarget.device(text); }
  const [os, arch, accelerator, ...more] = text.toUpperCase().split('/');
  if (!os || !arch || accelerator === '' || more.length > 0) { throw new Error(`--target must be a device or a platform OS/ARCH[/ACCELERATOR], such as linux/arm64/mali; got: ${text}`); }
  return NeoTarget.platform({
    os: NeoTargetOs.of(os),
    arch: NeoTargetArch.of(arch),
    accelerator: accelerator === undefined ? undefined : NeoTargetAccelerator.of(accelerator),
  });
}
