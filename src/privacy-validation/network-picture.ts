import { bucketLock, openPublicAccess } from './network/bucket-facts';
import { endpointOpenings } from './network/endpoint-policy';
import { rulesOf } from './network/group-rules';
import { verdictOn } from './network/group-verdict';
import { count } from './network/names';
import { type CompilationNetwork, findNetworks, wholeVpc } from './network/network';
import { findWaysOut, WAYS_OUT } from './network/ways-out';
import { bucketPanel, bucketPanelHeight } from './picture/bucket-panel';
import { CONTROL_HEIGHT, controlPanel } from './picture/control-panel';
import { arrow, box, COLOUR, mark, svg, text } from './picture/svg';
import { vpcPanel } from './picture/vpc-panel';
import { WAYS_OUT_HEIGHT, waysOutPanel } from './picture/ways-out-panel';
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
  const openings = findWaysOut(templates, network).filter(({ isSure }) => isSure);
  const waysTop = vpcTop + vpc.height;
  return {
    problems: openings.length + otherProblems(templates, network),
    height: waysTop - top + WAYS_OUT_HEIGHT,
    content: [...vpc.content, ...controlPanel(templates, network, top), ...buckets, ...waysOutPanel(openings, waysTop)],
  };
}

/** What is drawn in red other than ways out. */
function otherProblems(templates: TemplateSet, network: CompilationNetwork): number {
  const rules = network.securityGroups.flatMap(group => rulesOf(templates, group)).filter(rule => verdictOn(rule, templates, network) === 'open');
  const endpoints = network.s3Endpoints.filter(endpoint => endpointOpenings(templates, endpoint).length > 0);
  const buckets = network.buckets
    .filter(bucket => bucketLock(templates, bucket, network.s3Endpoints, network.outside.s3Endpoints).missing.length > 0
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
  const ways = problems === 0 ? `It has none of these: ${WAYS_OUT.join(', ')}.` : `It has ${count(problems, 'opening')}, drawn in red.`;
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
