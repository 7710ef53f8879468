import { arrow, box, COLOUR, text } from './svg';
import { isJobResource } from '../network/job-placements';
import { count, nameOf } from '../network/names';
import type { CompilationNetwork } from '../network/network';
import type { TemplateResource, TemplateSet } from '../template/template-set';

export const CONTROL_HEIGHT = 132;

interface Box { readonly x: number; readonly width: number; readonly lines: [string, string, string] }

/** Who starts jobs: no model passes here. */
export function controlPanel(templates: TemplateSet, network: CompilationNetwork, top: number): string[] {
  const handler = handlerOf(templates, network);
  const boxes: Box[] = [
    { x: 32, width: 300, lines: ['CloudFormation custom resource', handler ? nameOf(handler) : 'no job in this template', handlerPlace(handler)] },
    { x: 416, width: 300, lines: ['SageMaker Neo', count(network.jobs.length, 'compilation job'), 'in an AWS-owned account'] },
    { x: 800, width: 300, lines: ['Execution role', network.roles.map(role => nameOf(role)).join(', ') || 'not in this template', trustOf(network.roles)] },
  ];
  return [
    ...boxes.map(({ x, width, lines: [title, ...rest] }) => [
      box(x, top, width, 76, { fill: COLOUR.serviceFill, stroke: COLOUR.service }),
      text(x + 14, top + 24, title, { bold: true, size: 14, fill: COLOUR.service, width: width - 28 }),
      ...rest.map((line, index) =>
        text(x + 14, top + 44 + index * 18, line, { size: 12.5, fill: index === 0 ? COLOUR.ink : COLOUR.soft, width: width - 28 })),
    ].join('')),
    arrow([[334, top + 38], [412, top + 38]], 'control'),
    text(373, top + 29, 'starts', { size: 12, fill: COLOUR.soft, anchor: 'middle' }),
    arrow([[718, top + 38], [796, top + 38]], 'control'),
    text(757, top + 29, 'acts as', { size: 12, fill: COLOUR.soft, anchor: 'middle' }),
    arrow([[566, top + 78], [566, top + CONTROL_HEIGHT + 56]], 'control'),
    text(578, top + 104, 'places network interfaces, without public addresses, in the subnets', { size: 12.5, fill: COLOUR.soft }),
  ];
}

function handlerOf(templates: TemplateSet, { jobs }: CompilationNetwork): TemplateResource | undefined {
  return jobs.filter(job => isJobResource(job)).flatMap(({ resource }) => templates.references(resource, 'ServiceToken'))[0];
}

function handlerPlace(handler: TemplateResource | undefined): string {
  if (!handler) { return ''; }
  return handler.properties.VpcConfig ? 'Lambda functions in a VPC, see no model' : 'Lambda functions, in no VPC, see no model';
}

function trustOf(roles: TemplateResource[]): string {
  const trusted = roles.flatMap(role => JSON.stringify(role.properties.AssumeRolePolicyDocument ?? {}).match(/[a-z0-9.-]+\.amazonaws\.com/g) ?? []);
  return trusted.length ? `trusts only ${[...new Set(trusted)].join(', ')}` : '';
}
