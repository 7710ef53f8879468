import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { ROOT } from './markdown';
import { PREFLIGHT_WARNINGS } from '../../src/preflight/rules';
import { WARNINGS } from '../../src/target/compilation';

/** A message that the sources can give, with `…` for what is filled in. */
export interface Message {
  readonly text: string;
  readonly where: string;
}

const sources = (folder: string) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts')).map(name => join(folder, name));

/** Classes whose first argument is a message to the user. */
const ERRORS = ['NeoValidationError', 'JobFailure', 'Error'];

/** Calls that throw or collect their first argument. */
const FUNCTIONS = /(^|\.)(fail|error)$|^errors\.add$/;

/** Functions of the sources that make up a message. */
const MAKERS = ['refusal', 'tagError', 'notThisJob'];

/** Functions that `addValidation` calls at the end of the synthesis: each sentence in them is an error. */
const VALIDATIONS = ['exemptRolesInCycle', 'internetRoutes', 'otherInterfaceEndpoints'];

/** Every message of an error that the library throws at synthesis, or that its functions answer CloudFormation with. */
export function errorMessages(): Message[] {
  // Findings of the privacy rules are not errors, and have IDs of their own.
  return sources('src').filter(path => !path.startsWith('src/privacy-validation/rules/')).flatMap(path => {
    const file = parse(path);
    const messages: Message[] = [];
    visit(file, node => {
      const where = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      messages.push(...expressionsOf(node).flatMap(textsOf).filter(text => text !== '…').map(text => ({ text, where })));
    });
    return messages;
  });
}

/** IDs of the warnings of `Annotations.addWarningV2`, after the library's name. */
export function warningIds(): string[] {
  const ids = sources('src').flatMap(path => [...readFileSync(join(ROOT, path), 'utf8').matchAll(/addWarningV2\(\s*'cdk-sagemaker-neo:([A-Za-z0-9]+)'/g)].map(([, id]) => id));
  return [...new Set([...ids, ...Object.keys(WARNINGS), ...Object.keys(PREFLIGHT_WARNINGS)])];
}

/** Errors that state machines fail with. */
export function stateMachineErrors(): string[] {
  const codes = [...sources('src/fleet'), ...sources('src/stepfunctions-tasks')].flatMap(path => [...readFileSync(join(ROOT, path), 'utf8').matchAll(/'(Neo[A-Za-z]*(?:Failed|Stopped|Timeout|Invalid))'/g)].map(([, code]) => code));
  return [...new Set(codes)];
}

/** The expressions that are a message, where a node is a call that takes one or a function that makes one. */
function expressionsOf(node: ts.Node): ts.Expression[] {
  if (ts.isFunctionDeclaration(node) && MAKERS.includes(node.name?.text ?? '')) { return sentencesIn(node.body!); }
  if ((ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node)) && VALIDATIONS.includes(node.name?.getText() ?? '')) { return sentencesIn(node.body!); }
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'validate') { return sentencesIn(node.initializer); }
  const argument = argumentOf(node);
  // A function that is given the message only hands it on.
  return argument && !(ts.isIdentifier(argument) && !constant(argument)) ? [argument] : [];
}

function argumentOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node)) { return ERRORS.includes(node.expression.getText()) ? node.arguments?.[0] : undefined; }
  return ts.isCallExpression(node) && FUNCTIONS.test(node.expression.getText()) && !node.expression.getText().startsWith('console.') ? node.arguments[0] : undefined;
}

/** The outermost texts in a function that are at least four words. */
function sentencesIn(node: ts.Node): ts.Expression[] {
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
    || (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken);
  if (isText) { return textsOf(node as ts.Expression).some(text => text.split(' ').length > 3) ? [node as ts.Expression] : []; }
  const found: ts.Expression[] = [];
  node.forEachChild(child => { found.push(...sentencesIn(child)); });
  return found;
}

/** The texts that an expression can have: more than one where a condition chooses. */
function textsOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteralLike(expression)) { return [expression.text]; }
  if (ts.isParenthesizedExpression(expression)) { return textsOf(expression.expression); }
  if (ts.isConditionalExpression(expression)) { return [...textsOf(expression.whenTrue), ...textsOf(expression.whenFalse)]; }
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return joined([textsOf(expression.left), textsOf(expression.right)]);
  }
  if (ts.isTemplateExpression(expression)) {
    const spans = expression.templateSpans.flatMap(({ expression: filledIn, literal }) => [valueOf(filledIn), [literal.text]]);
    return joined([[expression.head.text], ...spans]);
  }
  return valueOf(expression);
}

function valueOf(expression: ts.Expression): string[] {
  const value = ts.isIdentifier(expression) ? constant(expression) : undefined;
  return value ? textsOf(value) : ['…'];
}

function joined(parts: string[][]): string[] {
  return parts.reduce((texts, alternatives) => texts.flatMap(text => alternatives.map(alternative => text + alternative)), ['']);
}

/** The initializer of a constant of the same file that is a text. */
function constant(identifier: ts.Identifier): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  visit(identifier.getSourceFile(), node => {
    if (ts.isVariableDeclaration(node) && node.initializer && node.name.getText() === identifier.text
      && (ts.isStringLiteralLike(node.initializer) || ts.isTemplateExpression(node.initializer))) {
      found = node.initializer;
    }
  });
  return found;
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.ES2022, true);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  node.forEachChild(child => visit(child, look));
}
