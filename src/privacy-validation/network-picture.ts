import { endpointOnlyPolicy, openPublicAccess } from './network/bucket-policy';
import { endpointOpenings } from './network/endpoint-policy';
import { type Exposure, EXPOSURES, findExposures } from './network/exposure';
import { isJobResource } from './network/job-placements';
import { type CompilationNetwork, findNetworks, wholeVpc } from './network/network';
import { rulesOf, verdictOn } from './network/security-groups';
import { bucketPanel, bucketPanelHeight } from './picture/bucket-panel';
import { COLOUR, arrow, blocked, box, mark, svg, text } from './picture/svg';
import { VPC, vpcPanel } from './picture/vpc-panel';
import { type TemplateResource, count, nameOf } from './template/resources';
import { TemplateSet } from './template/template-set';

const WIDTH = 1400;
const HEADER = 92;
const FOOTER = 48;

/**
 * A picture of the private networks in a synthesized template, as a self-contained SVG: what there is, what may reach what, and which ways
 * out there are or are not. The same template gives the same picture.
 *
 * @param template content of a CloudFormation template
 */
export function renderNetworkPicture(template: any): string {
  return drawNetworks(TemplateSet.of(template));
}

/** The picture of all networks of an app. */
export function drawNetworks(templates: TemplateSet, networks: CompilationNetwork[] = networksToDraw(templates)): string {
  const content: string[] = [];
  let top = HEADER;
  let problems = 0;
  for (const network of networks) {
    const drawn = drawNetwork(templates, network, top);
    content.push(...drawn.content);
    top += drawn.height;
    problems += drawn.problems;
  }
  if (networks.length === 0) {
    content.push(text(32, top + 24, 'No VPC and no compilation job in this template.', { size: 15, fill: COLOUR.soft }));
    top += 60;
  }
  return svg(WIDTH, top + FOOTER, 'Private network of SageMaker Neo compilation jobs', description(networks, problems),
    [...header(networks, problems), ...content, ...legend(top + 8)]);
}

function networksToDraw(templates: TemplateSet): CompilationNetwork[] {
  const networks = findNetworks(templates);
  return networks.length > 0 ? networks : templates.ofType('AWS::EC2::VPC').map(vpc => wholeVpc(templates, vpc));
}

function drawNetwork(templates: TemplateSet, network: CompilationNetwork, top: number) {
  const vpcTop = top + CONTROL_HEIGHT;
  const vpc = vpcPanel(templates, network, vpcTop, bucketPanelHeight(templates, network));
  const buckets = bucketPanel(templates, network, vpcTop, vpc.endpointRight);
  const openings = findExposures(templates, network).filter(({ isSure }) => isSure);
  const exposureTop = vpcTop + vpc.height;
  return {
    problems: openings.length + otherProblems(templates, network),
    height: exposureTop - top + EXPOSURE_HEIGHT,
    content: [...vpc.content, ...controlPanel(templates, network, top), ...buckets, ...exposurePanel(openings, exposureTop)],
  };
}

/** What is drawn in red other than ways out. */
function otherProblems(templates: TemplateSet, network: CompilationNetwork): number {
  const rules = network.securityGroups.flatMap(group => rulesOf(templates, group)).filter(rule => verdictOn(rule, templates, network) === 'open');
  const endpoints = network.s3Endpoints.filter(endpoint => endpointOpenings(templates, endpoint).length > 0);
  const buckets = network.buckets
    .filter(bucket => endpointOnlyPolicy(templates, bucket, network.s3Endpoints, network.outside.s3Endpoints).missing.length > 0
      || openPublicAccess(templates, bucket).length > 0);
  return rules.length + endpoints.length + buckets.length;
}

function header(networks: CompilationNetwork[], problems: number): string[] {
  const good = problems === 0;
  const verdict = good ? 'No way to the internet or to another network in this template' : `${count(problems, 'opening')}, drawn in red`;
  return [
    text(32, 42, 'Private network of SageMaker Neo compilation jobs', { size: 24, bold: true }),
    ...networks.length ? [
      mark(34, 66, good),
      text(52, 71, verdict, { size: 15, bold: true, fill: good ? COLOUR.allowed : COLOUR.open }),
    ] : [],
    text(WIDTH - 32, 42, 'drawn from the synthesized CloudFormation template', { size: 12.5, fill: COLOUR.soft, anchor: 'end' }),
  ];
}

function description(networks: CompilationNetwork[], problems: number): string {
  const parts = networks.map(network => `A VPC with ${count(network.subnets.length, 'subnet')} for ${count(network.jobs.length, 'compilation job')}, `
    + `${count(network.s3Endpoints.length, 'S3 gateway endpoint')} and ${count(network.buckets.length, 'bucket')}.`);
  const ways = problems === 0 ? `It has none of these: ${EXPOSURES.join(', ')}.` : `It has ${count(problems, 'opening')}, drawn in red.`;
  return networks.length ? [...parts, ways].join(' ') : 'The template has no VPC and no compilation job.';
}

function legend(y: number): string[] {
  const entries: [number, string, string][] = [
    [32, 'allowed path of model data', arrow([[32, y + 8], [66, y + 8]], 'allowed')],
    [300, 'control only, no model data', arrow([[300, y + 8], [334, y + 8]], 'control')],
    [576, 'opens the network', arrow([[576, y + 8], [610, y + 8]], 'open')],
    [790, 'not in this template', box(790, y, 34, 16, { dashed: true, stroke: '#9aa5b1', thick: 1.2, radius: 4 })],
  ];
  return entries.flatMap(([x, words, sample]) => [sample, text(x + 44, y + 12, words, { size: 12.5, fill: COLOUR.soft })]);
}

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

const CHIP = { gap: 6, height: 70 };
const CHIP_WIDTH = (VPC.width - (EXPOSURES.length - 1) * CHIP.gap) / EXPOSURES.length;
const LIST = { x: 940, width: 410, most: 6 };
export const EXPOSURE_HEIGHT = 210;

/** Every way that a VPC can be joined to something else: absent in grey, present in red. */
export function exposurePanel(openings: Exposure[], top: number): string[] {
  const chipTop = top + 38;
  const barTop = chipTop + CHIP.height + 38;
  const closed = openings.length === 0;
  return [
    ...EXPOSURES.flatMap((way, index) => chip(way, index, openings.some(opening => opening.way === way), top, chipTop, barTop)),
    box(VPC.x, barTop, VPC.width, 40, { fill: closed ? '#eef1f5' : COLOUR.openFill, stroke: closed ? '#9aa5b1' : COLOUR.open, radius: 20 }),
    text(VPC.x + VPC.width / 2, barTop + 25, 'The internet, other VPCs and other networks', { size: 14, bold: true, anchor: 'middle', fill: closed ? COLOUR.soft : COLOUR.open }),
    ...list(openings, chipTop),
  ];
}

function chip(way: string, index: number, open: boolean, top: number, chipTop: number, barTop: number): string[] {
  const x = VPC.x + index * (CHIP_WIDTH + CHIP.gap);
  const middle = x + CHIP_WIDTH / 2;
  const words = lines(open ? way : `no ${way}`);
  const first = chipTop + CHIP.height / 2 + 4.5 - (words.length - 1) * 7.5;
  return [
    box(x, chipTop, CHIP_WIDTH, CHIP.height, { dashed: !open, fill: open ? COLOUR.openFill : COLOUR.paper, stroke: open ? COLOUR.open : '#9aa5b1', thick: open ? 2 : 1.2 }),
    ...words.map((line, row) => text(middle, first + row * 15, line, { size: 12, bold: open, fill: open ? COLOUR.open : COLOUR.soft, anchor: 'middle', width: CHIP_WIDTH - 4 })),
    ...open
      ? [arrow([[middle, top + 2], [middle, chipTop - 3]], 'open'), arrow([[middle, chipTop + CHIP.height + 2], [middle, barTop - 3]], 'open')]
      : [blocked(middle, top + 4, chipTop - 4), blocked(middle, chipTop + CHIP.height + 4, barTop - 4)],
  ];
}

/** What opens the network, by name, where the chips have no room for it. */
function list(openings: Exposure[], top: number): string[] {
  if (openings.length === 0) {
    return [
      mark(LIST.x, top + 16, true),
      text(LIST.x + 20, top + 20, `${EXPOSURES.length} kinds of ways out, none of them in this template`, { fill: COLOUR.soft, width: LIST.width - 20 }),
    ];
  }
  const shown = openings.slice(0, LIST.most);
  const more = openings.length - shown.length;
  return [
    ...shown.flatMap(({ way, resource }, index) => [
      mark(LIST.x, top + 12 + index * 20, false),
      text(LIST.x + 20, top + 16 + index * 20, `${way}: ${nameOf(resource)}`, { fill: COLOUR.open, width: LIST.width - 20 }),
    ]),
    ...more > 0 ? [text(LIST.x + 20, top + 16 + shown.length * 20, `and ${more} more`, { fill: COLOUR.open })] : [],
  ];
}

/** One word a line, short ones together. */
function lines(words: string): string[] {
  return words.split(' ').reduce<string[]>((all, word) => {
    const last = all[all.length - 1];
    return last !== undefined && last.length + word.length < 10 ? [...all.slice(0, -1), `${last} ${word}`] : [...all, word];
  }, []);
}
