import { type Exposure, EXPOSURE_RULE_IDS, type ExposureKind, findExposures } from './network/exposure';
import { isJob } from './network/job-placements';
import { type CompilationNetwork, findNetworks, wholeVpc } from './network/network';
import { trustOf } from './network/role-trust';
import { acceptedOr, bucketPanel, bucketPanelHeight, type Line, stateOf, VPC, vpcPanel } from './picture/panels';
import { arrow, blocked, box, COLOR, mark, type State, STATE_COLOR, STATE_FILL, svg, text, WORST_FIRST, worstState, wrap } from './picture/svg';
import { acceptedIn, evaluate, hiddenIn, type PrivacyReport, verdictsOf } from './report/privacy-report';
import type { VerdictOf } from './rules/rule';
import { count, nameOf, readableName, type TemplateResource } from './template/resources';
import type { TemplateSet } from './template/template-set';

const WIDTH = 1400;
const HEADER = 92;
const FOOTER = 48;

const EXPOSURES = Object.keys(EXPOSURE_RULE_IDS) as ExposureKind[];

/**
 * Draws the private networks of an app as a self-contained SVG, with the verdicts of its report: the resources, what may reach what, and which ways
 * out exist. The same templates result in the same picture.
 */
export function drawNetworks(templates: TemplateSet, report: PrivacyReport = evaluate(templates, [], '')): string {
  const withJobs = findNetworks(templates);
  const networks = withJobs.length > 0 ? withJobs : templates.ofType('AWS::EC2::VPC').map(vpc => wholeVpc(templates, vpc));
  const content: string[] = [];
  const verdictOf = verdictsOf(report);
  let top = HEADER;
  let exposures = 0;
  for (const network of networks) {
    // The other findings are about the whole app, so only the first network lists them.
    const drawn = drawNetwork(templates, network, top, verdictOf, network === networks[0] ? otherFindings(report) : []);
    content.push(...drawn.content);
    top += drawn.height;
    exposures += drawn.exposures;
  }
  if (networks.length === 0) {
    content.push(text(32, top + 24, 'No VPC and no compilation job in this template.', { size: 15, fill: COLOR.soft }));
    top += 60;
  }
  // The rules ignore a VPC without jobs, but the picture shows it.
  const summary = summaryOf(report, report.networks.length > 0 ? 0 : exposures);
  return svg(WIDTH, top + FOOTER, 'Private network of SageMaker Neo compilation jobs', description(networks, summary),
    [...header(networks.length > 0 ? summary : undefined), ...content, ...legend(top + 8)]);
}

function drawNetwork(templates: TemplateSet, network: CompilationNetwork, top: number, verdictOf: VerdictOf, others: Line[]) {
  const vpcTop = top + CONTROL_HEIGHT;
  const vpc = vpcPanel(templates, network, vpcTop, bucketPanelHeight(templates, network), verdictOf);
  const buckets = bucketPanel(templates, network, vpcTop, vpc.endpointRight, verdictOf);
  const exposures = findExposures(templates, network).map(exposure => ({
    ...exposure,
    state: acceptedOr(exposure.certainty === 'unknown' ? 'unknown' : 'open', verdictOf(EXPOSURE_RULE_IDS[exposure.kind], exposure.resource)),
  }));
  const exposureTop = vpcTop + vpc.height;
  return {
    exposures: exposures.filter(({ state }) => state === 'open').length,
    height: exposureTop - top + EXPOSURE_HEIGHT,
    content: [...vpc.content, ...controlPanel(templates, network, top, verdictOf), ...buckets, ...exposurePanel(exposures, others, exposureTop)],
  };
}

function summaryOf(report: PrivacyReport, exposures: number): Line {
  const observations = report.rules.flatMap(rule => rule.observations);
  const failed = observations.filter(({ verdict, isConsequence }) => verdict === 'fail' && !isConsequence).length + exposures;
  const accepted = acceptedIn(report);
  const hidden = hiddenIn(report);
  if (failed > 0) { return { state: 'open', label: `${count(failed, 'opening')}, drawn in red${hidden}${accepted}` }; }
  if (hidden) { return { state: 'unknown', label: `No opening in what is visible${hidden}${accepted}` }; }
  return accepted
    ? { state: 'accepted', label: `No opening but what has been accepted${accepted}` }
    : { state: 'good', label: 'No way to the internet or to another network in this template' };
}

function header(summary?: Line): string[] {
  return [
    text(32, 42, 'Private network of SageMaker Neo compilation jobs', { size: 24, bold: true }),
    ...summary ? [
      mark(34, 66, summary.state),
      text(52, 71, summary.label, { size: 15, bold: true, fill: STATE_COLOR[summary.state] }),
    ] : [],
    text(WIDTH - 32, 42, 'drawn from the synthesized CloudFormation template', { size: 12.5, fill: COLOR.soft, anchor: 'end' }),
  ];
}

function description(networks: CompilationNetwork[], { state, label }: Line): string {
  const parts = networks.map(network => `A VPC with ${count(network.subnets.length, 'subnet')} for ${count(network.jobs.length, 'compilation job')}, `
    + `${count(network.s3Endpoints.length, 'S3 gateway endpoint')} and ${count(network.buckets.length, 'bucket')}.`);
  const exposures = state === 'good' ? `It has none of these: ${EXPOSURES.join(', ')}.` : `${label}.`;
  return networks.length ? [...parts, exposures].join(' ') : 'The template has no VPC and no compilation job.';
}

function legend(y: number): string[] {
  const entries: [number, string, string][] = [
    [32, 'allowed path of model data', arrow([[32, y + 8], [66, y + 8]], 'allowed')],
    [300, 'control only, no model data', arrow([[300, y + 8], [334, y + 8]], 'control')],
    [556, 'opens the network', arrow([[556, y + 8], [590, y + 8]], 'open')],
    [756, 'open, and accepted', box(756, y, 34, 16, { fill: COLOR.acceptedFill, stroke: COLOR.accepted, radius: 4 })],
    [956, 'not visible', box(956, y, 34, 16, { fill: COLOR.unknownFill, stroke: COLOR.unknown, radius: 4 })],
    [1110, 'not in this template', box(1110, y, 34, 16, { dashed: true, stroke: '#9aa5b1', thick: 1.2, radius: 4 })],
  ];
  return entries.flatMap(([x, words, sample]) => [sample, text(x + 44, y + 12, words, { size: 12.5, fill: COLOR.soft })]);
}

const CONTROL_HEIGHT = 132;

interface Box { readonly x: number; readonly width: number; readonly lines: [string, string, string]; readonly state?: State }

/** Draws the principals that start jobs. No model passes through them. */
function controlPanel(templates: TemplateSet, network: CompilationNetwork, top: number, verdictOf: VerdictOf): string[] {
  const handler = handlerOf(templates, network);
  const place = handler ? `Functions ${handler.properties.VpcConfig ? 'in a VPC' : 'outside VPCs'}, no model data` : '';
  const boxes: Box[] = [
    { x: 32, width: 300, lines: ['CloudFormation custom resource', handler ? nameOf(handler) : 'no job in this template', place] },
    { x: 416, width: 300, lines: ['SageMaker Neo', count(network.jobs.length, 'compilation job'), 'in an AWS-owned account'] },
    { x: 800, width: 300, lines: ['Execution role', rolesText(network), trustText(templates, network.roles)], state: roleState(network, verdictOf) },
  ];
  return [
    ...boxes.map(({ x, width, lines: [title, ...rest], state = 'good' }) => {
      const [fill, stroke] = state === 'good' ? [COLOR.serviceFill, COLOR.service] : [STATE_FILL[state], STATE_COLOR[state]];
      return [
        box(x, top, width, 76, { fill, stroke }),
        text(x + 14, top + 24, title, { bold: true, size: 14, fill: stroke, width: width - 18 }),
        ...rest.map((line, index) =>
          text(x + 14, top + 44 + index * 18, line, { size: 12.5, fill: index === 0 ? COLOR.ink : state === 'good' ? COLOR.soft : stroke, width: width - 18 })),
      ].join('');
    }),
    arrow([[334, top + 38], [412, top + 38]], 'control'),
    text(373, top + 29, 'starts', { size: 12, fill: COLOR.soft, anchor: 'middle' }),
    arrow([[718, top + 38], [796, top + 38]], 'control'),
    text(757, top + 29, 'acts as', { size: 12, fill: COLOR.soft, anchor: 'middle' }),
    arrow([[566, top + 78], [566, top + CONTROL_HEIGHT + 56]], 'control'),
    text(578, top + 104, 'places network interfaces, without public addresses, in the subnets', { size: 12.5, fill: COLOR.soft }),
  ];
}

function handlerOf(templates: TemplateSet, { jobs }: CompilationNetwork): TemplateResource | undefined {
  return jobs.filter(({ resource }) => isJob(resource)).flatMap(({ resource }) => templates.references(resource, 'ServiceToken'))[0];
}

function rolesText({ roles, outside }: CompilationNetwork): string {
  const all = [...roles.map(role => nameOf(role)), ...outside.roles.map(arn => `${readableName(arn)}, not created by this app`)];
  return all.join('; ') || 'not in this template';
}

/** Returns the worst verdict of the rule about roles. For a role that is not part of the app, the finding is about its jobs. */
function roleState({ roles, jobs, outside }: CompilationNetwork, verdictOf: VerdictOf): State {
  const withOutsideRole = jobs.filter(job => job.roles.some(arn => outside.roles.includes(arn))).map(({ resource }) => resource);
  return worstState([...roles, ...withOutsideRole].map(resource => stateOf(verdictOf('RolesOnlyForOwnAccount', resource))));
}

/** Describes the principals that the roles trust. The worst comes first, because a long line is cut. */
function trustText(templates: TemplateSet, roles: TemplateResource[]): string {
  const trusts = roles.map(role => trustOf(templates, role));
  const trusted = [...new Set((['other', 'unknown', 'own'] as const).flatMap(owner => trusts.flatMap(trust => trust[owner])))];
  return trusted.length ? `trusts ${trusted.length === 1 ? 'only ' : ''}${trusted.join(', ')}` : '';
}

const CHIP = { gap: 6, height: 70 };
const CHIP_WIDTH = (VPC.width - (EXPOSURES.length - 1) * CHIP.gap) / EXPOSURES.length;
const LIST = { x: 940, width: 410, max: 6 };
const EXPOSURE_HEIGHT = 210;

type DrawnExposure = Exposure & { readonly state: State };

/** Draws every kind of connection that a VPC can have: absent in gray, present in color. */
function exposurePanel(exposures: DrawnExposure[], others: Line[], top: number): string[] {
  const chipTop = top + 38;
  const barTop = chipTop + CHIP.height + 38;
  const stateOfAll = (some: DrawnExposure[]) => worstState(some.map(({ state }) => state));
  const worst = stateOfAll(exposures);
  const closed = worst === 'good';
  return [
    ...EXPOSURES.flatMap((kind, index) => chip(kind, index, stateOfAll(exposures.filter(exposure => exposure.kind === kind)), top, chipTop, barTop)),
    box(VPC.x, barTop, VPC.width, 40, { fill: closed ? '#eef1f5' : STATE_FILL[worst], stroke: closed ? '#9aa5b1' : STATE_COLOR[worst], radius: 20 }),
    text(VPC.x + VPC.width / 2, barTop + 25, 'The internet, other VPCs and other networks', { size: 14, bold: true, anchor: 'middle', fill: closed ? COLOR.soft : STATE_COLOR[worst] }),
    ...list([...exposures.map(({ kind, resource, state }) => ({ label: `${kind}: ${nameOf(resource)}`, state })), ...others], exposures.length, chipTop),
  ];
}

function chip(kind: string, index: number, state: State, top: number, chipTop: number, barTop: number): string[] {
  const x = VPC.x + index * (CHIP_WIDTH + CHIP.gap);
  const middle = x + CHIP_WIDTH / 2;
  const absent = state === 'good';
  const fill = absent ? COLOR.soft : STATE_COLOR[state];
  const words = wrap((absent ? `no ${kind}` : kind).split(' '), ' ', 10);
  const first = chipTop + CHIP.height / 2 + 4.5 - (words.length - 1) * 7.5;
  return [
    box(x, chipTop, CHIP_WIDTH, CHIP.height, {
      dashed: absent || state === 'unknown', fill: STATE_FILL[state], stroke: absent ? '#9aa5b1' : STATE_COLOR[state], thick: absent ? 1.2 : 2,
    }),
    ...words.map((line, row) => text(middle, first + row * 15, line, { size: 12, bold: !absent, fill, anchor: 'middle', width: CHIP_WIDTH - 4 })),
    ...state === 'open'
      ? [arrow([[middle, top + 2], [middle, chipTop - 3]], 'open'), arrow([[middle, chipTop + CHIP.height + 2], [middle, barTop - 3]], 'open')]
      : absent ? [blocked(middle, top + 4, chipTop - 4), blocked(middle, chipTop + CHIP.height + 4, barTop - 4)] : [],
  ];
}

const SUFFIX: { readonly [state in State]: string } = { good: '', open: '', accepted: ' (accepted)', unknown: ' (not visible)' };

function list(items: Line[], exposures: number, top: number): string[] {
  const none: Line = { label: `None of these ${EXPOSURES.length} is in this template`, state: 'good' };
  const all = [...items, ...exposures === 0 ? [none] : []].sort((one, other) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state));
  const shown = all.slice(0, LIST.max);
  const more = all.length - shown.length;
  return [
    ...shown.flatMap(({ label, state }, index) => [
      mark(LIST.x, top + 12 + index * 20, state),
      text(LIST.x + 20, top + 16 + index * 20, `${label}${SUFFIX[state]}`, { fill: state === 'good' ? COLOR.soft : STATE_COLOR[state], width: LIST.width - 20 }),
    ]),
    ...more > 0 ? [text(LIST.x + 20, top + 16 + shown.length * 20, `and ${more} more`, { fill: STATE_COLOR[all[LIST.max].state] })] : [],
  ];
}

/** Rules whose findings are part of the drawing. */
const DRAWN_RULES = [
  ...Object.values(EXPOSURE_RULE_IDS), 'NoInboundTraffic', 'OutboundOnlyToS3AndSubnets', 'S3EndpointOnlyForBuckets', 'BucketOnlyThroughEndpoint', 'BucketBlocksPublicAccess',
];

/** Lists the findings that are not part of the drawing. */
function otherFindings({ rules }: PrivacyReport): Line[] {
  const found = rules.filter(({ id }) => !DRAWN_RULES.includes(id)).flatMap(({ id, observations }) => observations
    .filter(({ verdict, isConsequence }) => verdict !== 'pass' && !isConsequence)
    .map(({ constructPath, verdict }) => ({ label: `${id}: ${constructPath.split('/').slice(1).filter(part => part !== 'Resource' && part !== 'Default').join('/')}`, state: stateOf(verdict) })));
  return found.filter(({ label, state }, index) => found.findIndex(other => other.label === label && other.state === state) === index);
}
