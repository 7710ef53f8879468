import { Token } from 'aws-cdk-lib';
import { FRAMEWORKS, type Layout } from './compatibility';
import type { Compilation, Report, Rule } from './compilation';
import { formatValue } from '../util/errors';

/**
 * Rules about the inputs of the model.
 */
export const SHAPE_RULES: Rule[] = [missingShape, listOfShapes, coreMlForm, orderOfNames, layoutOfImages];

function missingShape(c: Compilation, report: Report): void {
  if (c.request.dataInputShape || !c.frameworkFacts?.needsShape) return;
  // For instances, Neo reads the shapes from a model that PyTorch 2.0 or newer has saved. What is unresolved may be that.
  const version = c.request.framework?.version;
  if (c.framework === 'PYTORCH' && !c.isNoInstance && version && !/^[01]/.test(version)) return;
  report.warn('dataInputShapeMissing', `no data input shape for framework ${c.framework}: Neo can derive it for some models only, and fails for the others`);
}

function listOfShapes(c: Compilation, report: Report): void {
  if (!c.request.dataInputShape?._isList || !c.frameworkFacts || c.frameworkFacts.takesShapeList) return;
  const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesShapeList).join(', ');
  report.error(`data input shape: a list without names is for ${takers} only, use NeoDataInputShape.of with the names of the inputs; `
    + `got framework: ${c.framework}`);
}

function coreMlForm(c: Compilation, report: Report): void {
  for (const { name, coreMl } of c.request.dataInputShape?._inputs ?? []) {
    if (!coreMl) continue;
    const input = name === undefined ? 'an input' : `input ${formatValue(name)}`;
    if (c.isPlatform || (c.device !== undefined && c.device !== 'coreml')) {
      report.warn('coreMlShapeOnOtherTarget', `data input shape: AWS documents the form with shape, default_shape and type, as ${input} has it, `
        + `for target coreml only; got: ${c.targetText}`);
    }
    if (coreMl.type !== undefined && !Token.isUnresolved(coreMl.type) && !['Image', 'Tensor'].includes(coreMl.type as string)) {
      report.error(`data input shape: type of ${input} must be Image or Tensor; got: ${formatValue(coreMl.type)}`);
    }
    if (coreMl.type === 'Image' && (coreMl.bias === undefined || coreMl.scale === undefined)) {
      report.error(`data input shape: ${input} is of type Image and needs both bias and scale; got: ${formatValue(coreMl)}`);
    }
  }
}

function orderOfNames(c: Compilation, report: Report): void {
  if (c.framework !== 'PYTORCH') return;
  const names = (c.request.dataInputShape?._inputs ?? []).map(({ name }) => name ?? '');
  const numbers = names.map((name) => Number(/^input_?([0-9]+)$/.exec(name)?.[1]));
  if (numbers.some((number, i) => i > 0 && number < numbers[i - 1])) {
    report.warn('inputOrder', 'data input shape: inputs of PYTORCH are matched by their order, and the names suggest another one; '
      + `got: ${formatValue(names)}`);
  }
}

/**
 * An image in the wrong layout fails late and obscurely. This finds four dimensions, two equal ones of at least 16 beside each
 * other, and 1, 3 or 4 where the other layout has its channels. Such a shape may be right: AWS recommends `layout='HWC'` for
 * exports from MXNet, TensorFlow's converters to ONNX keep NHWC, and masks have no channels. AWS documents only Keras to fail.
 */
function layoutOfImages(c: Compilation, report: Report): void {
  const layout = c.frameworkFacts?.layout;
  if (!layout) return;
  const isKeras = c.framework === 'KERAS';
  const note = isKeras ? ', although the artifact itself is NHWC' : c.framework === 'MXNET' ? ' unless the model was exported with layout=\'HWC\'' : '';
  for (const { name, shapes } of c.request.dataInputShape?._inputs ?? []) {
    for (const shape of shapes) {
      const found = layoutOf(shape);
      if (found === undefined || found === layout) continue;
      const [n, second, third, fourth] = shape;
      const right = layout === 'NCHW' ? [n, fourth, second, third] : [n, third, fourth, second];
      const message = `data input shape${name === undefined ? '' : ` of input ${formatValue(name)}`}: AWS documents images of ${c.framework} as ${layout}${note}, `
        + `such as ${formatValue(right)}`;
      if (isKeras && !c.request.dataInputShape?._isRaw) {
        report.error(`${message}; if this is no image, use NeoDataInputShape.fromJson; got: ${formatValue(shape)}`);
      } else {
        report.warn('inputLayout', `${message}; got: ${formatValue(shape)}`);
      }
    }
  }
}

function layoutOf(shape: readonly unknown[]): Layout | undefined {
  if (shape.length !== 4 || !shape.every(Number.isSafeInteger)) return undefined;
  const [, second, third, fourth] = shape as number[];
  const areChannels = (size: number) => [1, 3, 4].includes(size);
  const areSides = (height: number, width: number) => height === width && height >= 16;
  if (areChannels(fourth) && areSides(second, third)) return 'NHWC';
  if (areChannels(second) && areSides(third, fourth)) return 'NCHW';
  return undefined;
}
