import { Token } from 'aws-cdk-lib';
import { Compilation, Report, Rule } from './compilation';
import { FRAMEWORKS } from '../compatibility';
import { display } from '../json';

/**
 * Rules about the inputs of the model.
 */
export const SHAPE_RULES: Rule[] = [missingShape, listOfShapes, coreMlForm, orderOfNames, layoutOfImages];

function missingShape(c: Compilation, report: Report): void {
  if (c.request.dataInputShape || !c.frameworkFacts?.needsShape) return;
  // Neo reads the shapes from a model saved by PyTorch 2.0 or newer, on instances.
  if (c.framework === 'PYTORCH' && c.isInstance && c.version !== undefined && Number(c.version[0]) >= 2) return;
  report.warn('dataInputShapeMissing', `no data input shape for framework ${c.framework}: Neo can derive it for some models only, and fails for the others`);
}

function listOfShapes(c: Compilation, report: Report): void {
  if (!c.request.dataInputShape?._isList || !c.frameworkFacts || c.frameworkFacts.takesShapeList) return;
  const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesShapeList).join(', ');
  report.error(`data input shape: a list without names is for ${takers} only, got framework: ${c.framework}; `
    + 'use NeoDataInputShape.fromMap with the names of the inputs');
}

function coreMlForm(c: Compilation, report: Report): void {
  for (const { name, coreMl } of c.request.dataInputShape?._inputs ?? []) {
    if (!coreMl) continue;
    const input = name === undefined ? 'an input' : `input ${display(name)}`;
    if (c.isPlatform || (c.device !== undefined && c.device !== 'coreml')) {
      report.warn('coreMlShapeOnOtherTarget', 'data input shape: AWS documents the form with shape, default_shape and type for target coreml only, '
        + `got it for ${input} and target ${c.targetText}`);
    }
    if (coreMl.type !== undefined && !Token.isUnresolved(coreMl.type) && !['Image', 'Tensor'].includes(coreMl.type as string)) {
      report.error(`data input shape: type of ${input} must be Image or Tensor, got: ${display(coreMl.type)}`);
    }
    if (coreMl.type === 'Image' && (coreMl.bias === undefined || coreMl.scale === undefined)) {
      report.error(`data input shape: ${input} is of type Image and needs both bias and scale, got: ${display(coreMl)}`);
    }
  }
}

function orderOfNames(c: Compilation, report: Report): void {
  if (c.framework !== 'PYTORCH') return;
  const names = (c.request.dataInputShape?._inputs ?? []).map(({ name }) => name);
  const numbers = names.map((name) => /^input_?([0-9]+)$/.exec(name ?? '')?.[1]);
  if (numbers.some((number) => number === undefined)) return;
  if (numbers.some((number, i) => i > 0 && Number(number) < Number(numbers[i - 1]))) {
    report.warn('inputOrder', `data input shape: inputs of ${c.framework} are matched by their order, and the names suggest another one, got: ${names.join(', ')}`);
  }
}

/**
 * An image in the wrong order of dimensions fails late and obscurely. Only what cannot well be anything else is found:
 * four dimensions, two equal ones of at least 16 beside each other, and 1, 3 or 4 where the other layout has its channels.
 */
function layoutOfImages(c: Compilation, report: Report): void {
  const layout = c.frameworkFacts?.layout;
  const shape = c.request.dataInputShape;
  if (!layout || !shape) return;
  for (const { name, shapes } of shape._inputs) {
    for (const dimensions of shapes) {
      if (layoutOf(dimensions) !== (layout === 'NCHW' ? 'NHWC' : 'NCHW')) continue;
      const [n, second, third, fourth] = dimensions;
      const right = layout === 'NCHW' ? [n, fourth, second, third] : [n, third, fourth, second];
      const keras = c.framework === 'KERAS' ? ', although the artifact itself is NHWC' : '';
      const message = `data input shape${name === undefined ? '' : ` of input ${display(name)}`}: framework ${c.framework} takes images as ${layout}${keras}, `
        + `got: ${display(dimensions)}; write ${display(right)}`;
      if (shape._isRaw) {
        report.warn('inputLayout', message);
      } else {
        report.error(`${message} (or, if this is no image, use NeoDataInputShape.fromJson)`);
      }
    }
  }
}

function layoutOf(dimensions: readonly unknown[]): 'NHWC' | 'NCHW' | undefined {
  if (dimensions.length !== 4 || dimensions.some((dimension) => typeof dimension !== 'number' || Token.isUnresolved(dimension))) return undefined;
  const [, second, third, fourth] = dimensions as number[];
  const areChannels = (size: number) => [1, 3, 4].includes(size);
  const areSides = (height: number, width: number) => height === width && height >= 16;
  if (areChannels(fourth) && areSides(second, third)) return 'NHWC';
  if (areChannels(second) && areSides(third, fourth)) return 'NCHW';
  return undefined;
}
