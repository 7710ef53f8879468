/**
 * What an update does to the resources of a deployed stack, read from its templates before and after. The schemas of CloudFormation say which property
 * replaces a resource.
 */
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { DependencyGraph } from '../util/dependency-graph';

export interface Changes {
  /** Types of the resources that CloudFormation replaces, or may replace, by others with the same logical ID. */
  readonly replaced: string[];
  /** Types of the resources that are no longer in the template. */
  readonly removed: string[];
  /** Resources that cannot be updated as the template asks: this update fails, and so does each later one. */
  readonly refused: string[];
  /** Outputs that are removed, or whose value changes. */
  readonly outputs: string[];
}

/** AWS writes of it: "Updates aren't supported for this resource." */
const HANDLE = 'AWS::CloudFormation::WaitConditionHandle';

export function changesOf(before: any, after: any): Changes {
  const found = Object.entries(fullDiff(before, after).resources.changes);
  const isReplaced = ([, { isUpdate, changeImpact }]: (typeof found)[number]) => isUpdate && /REPLACE/.test(changeImpact);
  const lost = new Set(found.filter(change => change[1].isRemoval || isReplaced(change)).map(([id]) => id));
  return {
    replaced: typesOf(found.filter(isReplaced).map(([id]) => after.Resources[id].Type)),
    removed: typesOf(found.filter(([, { isRemoval }]) => isRemoval).map(([id]) => before.Resources[id].Type)),
    refused: Object.keys(after.Resources).filter(id => id in before.Resources && isRefused(before.Resources[id], after.Resources[id], lost)).sort(),
    outputs: Object.entries<any>(before.Outputs ?? {})
      .filter(([name, { Value }]) => JSON.stringify(after.Outputs?.[name]?.Value) !== JSON.stringify(Value) || refersTo(Value, lost))
      .map(([name]) => name).sort(),
  };
}

/** A handle that changes, its dependencies included, and a custom resource that another function would have to handle. */
function isRefused(before: any, after: any, lost: Set<string>): boolean {
  if (after.Type === HANDLE) { return JSON.stringify(before) !== JSON.stringify(after); }
  const token = after.Properties?.ServiceToken;
  return token !== undefined && (JSON.stringify(before.Properties.ServiceToken) !== JSON.stringify(token) || refersTo(token, lost));
}

function refersTo(value: unknown, ids: Set<string>): boolean {
  const resources = Object.fromEntries([...ids].map(id => [id, {}]));
  return new DependencyGraph({ Resources: { ...resources, value: { Properties: { value } } } }).direct('value').length > 0;
}

function typesOf(types: string[]): string[] {
  return [...new Set(types)].sort();
}
