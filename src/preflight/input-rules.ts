import { Token } from 'aws-cdk-lib';
import type { ArchiveContents } from './archive-contents';
import { name } from './file-rules';
import type { Findings } from './findings';
import type { ModelInput } from './model-file';
import type { NeoDataInputShape } from '../target/data-input-shape';

/** Frameworks whose files have the exact names of the inputs; PyTorch's inputs are matched by their order, TensorFlow has names of signatures and tensors. */
const EXACT_NAMES = ['ONNX', 'TFLITE', 'MXNET', 'KERAS'];

/** Inputs of the model as its files tell them, undefined where they do not. */
export function inputsOf(framework: string, paths: readonly string[], { models }: ArchiveContents): readonly ModelInput[] | undefined {
  const files = paths.map(path => models.get(path));
  if (framework !== 'MXNET') { return files.find(file => file?.inputs !== undefined)?.inputs; }
  const variables = files.find(file => file?.variables)?.variables;
  const parameters = files.find(file => file?.parameters)?.parameters;
  return variables && parameters && variables.filter(variable => !parameters.includes(variable)).map(variable => ({ name: variable }));
}

/** Names, number of dimensions and sizes of the shape that is given against those of the file. */
export function checkInputs(framework: string, shape: NeoDataInputShape | undefined, inputs: readonly ModelInput[] | undefined,
  inputCount: number | undefined, findings: Findings): void {
  if (!shape) {
    if (framework !== 'PYTORCH' && inputs && inputs.length > 0) { suggestShape(inputs, findings); }
    return;
  }
  const given = shape._inputs;
  // Tokens are left out of it: then nothing is known.
  if (given.length === 0) { return; }
  if (framework === 'PYTORCH') {
    if (inputCount !== undefined && inputCount !== given.length) {
      findings.warn('inputNames', `data input shape: the model takes ${inputCount} inputs, which Neo matches by their order; got: ${given.length}`);
    }
    return;
  }
  if (!inputs || inputs.length === 0 || inputs.some(input => input.name === undefined)) {
    if (inputs?.length === 1 && given.length === 1) { compare(framework, given[0].name, given[0].shapes, inputs[0], findings); }
    return;
  }
  for (const { name: givenName, shapes } of given) {
    if (givenName === undefined || Token.isUnresolved(givenName)) { continue; }
    const input = inputs.find(candidate => candidate.name === givenName || candidate.name === givenName.replace(/:0$/, ''));
    if (input) {
      compare(framework, givenName, shapes, input, findings);
    } else if (EXACT_NAMES.includes(framework)) {
      findings.error(`data input shape: names must be those of the model's inputs, ${names(inputs)}; got: ${name(givenName)}`);
    } else {
      findings.warn('inputNames', `data input shape: the model's signatures have the inputs ${names(inputs)}, and none of this name; got: ${name(givenName)}`);
    }
  }
  if (findings.errors.length > 0) { return; }
  const missing = inputs.filter(input => !given.some(({ name: givenName }) => givenName === undefined || Token.isUnresolved(givenName)
    || givenName.replace(/:0$/, '') === input.name || givenName === input.name));
  if (missing.length > 0 && framework !== 'TENSORFLOW') {
    findings.warn('inputNames', `data input shape: the model also has ${missing.length === 1 ? 'the input' : 'the inputs'} ${names(missing)}, add `
      + `${missing.length === 1 ? 'it' : 'them'}; got: ${given.map(({ name: givenName }) => name(givenName ?? '')).join(', ')}`);
  }
}

type Shapes = readonly (readonly unknown[])[];

function compare(framework: string, givenName: string | undefined, shapes: Shapes, input: ModelInput, findings: Findings): void {
  const { dimensions } = input;
  if (!dimensions) { return; }
  for (const shape of shapes) {
    if (shape.some(size => Token.isUnresolved(size) || typeof size !== 'number')) { continue; }
    const fits = shape.length === dimensions.length && dimensions.every((size, i) => size === undefined || size === shape[i]);
    if (fits) { continue; }
    const which = givenName === undefined ? '' : ` of input ${name(givenName)}`;
    const message = `data input shape${which}: the model has ${formatDimensions(dimensions)}${framework === 'KERAS' ? ' in NCHW' : ''}, where ? is any size; `
      + `got: [${shape.join(',')}]`;
    // AWS documents the message "Input has wrong shape in Input Shape dictionary" for Keras alone.
    if (framework === 'KERAS') { findings.error(message); } else { findings.warn('inputSizes', message); }
  }
}

function suggestShape(inputs: readonly ModelInput[], findings: Findings): void {
  const told = inputs.filter(({ dimensions }) => dimensions !== undefined);
  if (told.length === 0) {
    if (inputs.some(input => input.name !== undefined)) {
      findings.warn('inputShapeOfFile', `no data input shape: the model has the inputs ${names(inputs)}, of unknown sizes`);
    }
    return;
  }
  const open = told.some(({ dimensions }) => dimensions!.includes(undefined));
  const map = told.map(({ name: inputName, dimensions }) => `${JSON.stringify(name(inputName ?? 'data'))}: [${dimensions!.map(size => size ?? 1).join(', ')}]`).join(', ');
  findings.warn('inputShapeOfFile', `no data input shape: by its file the model takes NeoDataInputShape.fromMap({ ${map} })`
    + (open ? `; write the size to compile for where the file leaves it open: ${told.map(({ dimensions }) => formatDimensions(dimensions!)).join(', ')}` : ''));
}

function formatDimensions(dimensions: readonly (number | undefined)[]): string {
  return `[${dimensions.map(size => size ?? '?').join(',')}]`;
}

function names(inputs: readonly ModelInput[]): string {
  return inputs.slice(0, 10).map(input => name(input.name ?? '')).join(', ') + (inputs.length > 10 ? ` and ${inputs.length - 10} more` : '');
}
