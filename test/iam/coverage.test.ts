import { Cloud } from './cloud';
import { decide, type Layer, type Request } from './decide';
import type { PolicyDocument } from './deployed-stack';
import { THEMES } from './requests';
import { deploy, synthesize } from './stacks';

const TEMPLATES = synthesize();
const ROWS = THEMES.flatMap(({ rows }) => rows);

/** Properties that hold policy documents, `Policies` of a role aside. */
const DOCUMENTS = ['PolicyDocument', 'AssumeRolePolicyDocument', 'KeyPolicy'];

/** All policies of the stacks, by their words in the template: one that several stacks or roles have alike is one. */
function policies(): Map<string, { names: string[]; deployed: string[] }> {
  const stacks = deploy(TEMPLATES);
  const found = new Map<string, { names: string[]; deployed: string[] }>();
  for (const stack of Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[]) {
    for (const [logicalId, { Properties = {} }] of Object.entries<any>(TEMPLATES[stack].Resources)) {
      const written = documentsIn(Properties);
      documentsIn(stacks[stack].properties(logicalId)).forEach((document, index) => {
        const words = JSON.stringify(written[index]);
        const { names, deployed } = found.get(words) ?? { names: [], deployed: [] };
        found.set(words, { names: [...names, `${stack}/${logicalId.replace(/[0-9A-F]{8}$/, '')}`], deployed: [...deployed, JSON.stringify(document)] });
      });
    }
  }
  return found;
}

function documentsIn(properties: any): PolicyDocument[] {
  const inline = (properties.Policies ?? []).map((policy: any) => policy.PolicyDocument);
  return [...DOCUMENTS.map(name => properties[name]), ...inline].filter(document => document !== undefined);
}

/** Every policy that has a say in a request. */
function having({ principal, resources, path }: Request): [Layer, PolicyDocument][] {
  const own = resources.flatMap(({ policy, key }) => [policy, key?.policy]).filter(policy => policy !== undefined);
  return [
    ...principal.policies.map((document): [Layer, PolicyDocument] => ['identity', document]),
    ...own.map(({ layer, document }): [Layer, PolicyDocument] => [layer, document]),
    ...path.endpointPolicy ? [['endpoint', path.endpointPolicy] as [Layer, PolicyDocument]] : [],
  ];
}

/** A principal's policy lets a request through when it does so alone; any other, when it does not stop it. */
async function letsThrough(request: Request, layer: Layer, document: PolicyDocument): Promise<boolean> {
  return layer !== 'identity' || await decide({ ...request, principal: { ...request.principal, policies: [document] } }) === 'allowed';
}

describe('every policy of the stacks', () => {
  const [letting, stopping] = [new Set<string>(), new Set<string>()];

  beforeAll(async () => {
    const cloud = new Cloud(TEMPLATES);
    for (const row of ROWS) {
      const request = cloud.request(row);
      const decision = row[5];
      for (const [layer, document] of having(request)) {
        if (decision === 'allowed' ? await letsThrough(request, layer, document) : decision.split(' + ').includes(layer)) {
          (decision === 'allowed' ? letting : stopping).add(JSON.stringify(document));
        }
      }
    }
  });

  test.each([...policies().values()])('$names.0 lets a request through, and stops one', ({ deployed }) => {
    const [lets, stops] = [letting, stopping].map(seen => deployed.some(document => seen.has(document)));
    expect({ lets, stops }).toEqual({ lets: true, stops: true });
  });
});
