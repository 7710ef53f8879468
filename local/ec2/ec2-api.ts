import { QueryCall, queryApi, XmlContent } from '../aws/query-protocol';
import { hexDigest } from '../cloudformation/environment';

/** The API of EC2 that CDK's custom resources call. */
export class Ec2Api {
  /** All calls so far. */
  public readonly calls: QueryCall[] = [];

  public readonly handler = queryApi({
    dialect: 'ec2',
    onCall: call => this.calls.push(call),
    operations: {
      DescribeManagedPrefixLists: call => ({ prefixListSet: { item: prefixLists(call) } }),
      AuthorizeSecurityGroupEgress: () => ({ return: true }),
      AuthorizeSecurityGroupIngress: () => ({ return: true }),
      RevokeSecurityGroupEgress: () => ({ return: true }),
      RevokeSecurityGroupIngress: () => ({ return: true }),
    },
  });
}

/** Returns the AWS-managed lists with the requested names, without their addresses. */
function prefixLists({ parameters }: QueryCall): XmlContent[] {
  const names = Object.entries(parameters).filter(([key]) => /^Filter\.1\.Value\.\d+$/.test(key)).map(([, value]) => value);
  return parameters['Filter.1.Name'] === 'prefix-list-name'
    ? names.map(name => ({ prefixListName: name, prefixListId: `pl-${hexDigest(name, 8)}`, ownerId: 'AWS', addressFamily: 'IPv4', state: 'create-complete' }))
    : [];
}
