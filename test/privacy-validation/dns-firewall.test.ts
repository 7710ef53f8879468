import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import * as ts from 'typescript';
import { brokenRules, newApp, PrivateStack, reportOf } from './private-app';
import { MarkdownPage } from '../docs/markdown';

test('the DNS Firewall of docs/privacy.md goes with the network: no rule is broken', () => {
  const snippet = MarkdownPage.read('docs/privacy.md').blocks.find(({ code }) => code.includes('CfnFirewallRuleGroup'))!;
  const app = newApp();
  const stack = new PrivateStack(app);

  new Function('route53resolver', 'network', ts.transpile(snippet.code)).call(stack, route53resolver, stack.network);

  expect(stack.node.findAll().filter(node => node instanceof route53resolver.CfnFirewallRuleGroupAssociation)).toHaveLength(1);
  expect(brokenRules(reportOf(app))).toEqual([]);
});
